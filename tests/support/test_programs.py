"""A missing program is a skip on somebody's laptop and a failure on a build machine."""

import pytest

from support.programs import find_program, may_skip, require_program


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("PORCHLIGHT_TESTS_MAY_SKIP", raising=False)


def test_a_program_on_the_path_is_found() -> None:
    path = find_program("sh")
    assert path is not None
    assert path.name == "sh"


def test_a_missing_program_skips_with_its_package() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"no-such-program .*apt-get install no-such-program"):
        require_program("no-such-program")


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("PORCHLIGHT_TESTS_MAY_SKIP", "0")])
def test_a_missing_program_fails_where_nothing_may_be_skipped(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match="no test may be skipped"):
        require_program("no-such-program")


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_an_empty_CI_means_a_machine_of_ones_own(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CI", value)
    assert may_skip()
