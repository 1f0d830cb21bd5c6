"""The commands, as an operator meets them: words in, lines and an exit status out."""

import pytest

from app import serving
from app.errors import SettingError
from app.settings import Settings
from support.shell import Outcome, Shell, assert_refused, shell

__all__ = ["shell"]


def assert_mistyped(outcome: Outcome, what: str) -> None:
    assert outcome.status == 2
    assert outcome.out == ""
    assert what in outcome.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["workspace", "set", "u0000000", "--timezone", "UTC"],
        ["token", "create", "u0000000", "--name", "ci"],
        ["token", "revoke", "u0000000", "ci"],
        ["admin", "create", "u0000000", "ada@example.com", "--password-stdin"],
    ],
)
def test_an_unknown_workspace_is_named_as_such(shell: Shell, arguments: list[str]) -> None:
    assert_refused(shell.run(*arguments), "No workspace has this app_id")


def test_serve_is_given_the_settings_with_its_options(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[str, int, bool]] = []

    def record(settings: Settings, *, with_demo: bool) -> None:
        served.append((settings.host, settings.port, with_demo))

    monkeypatch.setattr(serving, "serve", record)
    assert shell.run("serve").status == 0
    assert shell.run("serve", "--host", "0.0.0.0", "--port", "8123", "--demo").status == 0
    assert served == [("127.0.0.1", 8000, False), ("0.0.0.0", 8123, True)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "65536"], "--port is 65536"),
        (["--port", "-1"], "--port is -1"),
        (["--workers", "2"], "--workers is 2"),
    ],
)
def test_serve_refuses_options_that_can_not_be_right(
    shell: Shell, arguments: list[str], sentence: str
) -> None:
    assert_refused(shell.run("serve", *arguments), sentence)


def test_what_the_server_refuses_is_one_sentence_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(settings: Settings, *, with_demo: bool) -> None:
        raise SettingError("port 8000 is taken")

    monkeypatch.setattr(serving, "serve", refuse)
    assert_refused(shell.run("serve"), "port 8000 is taken")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["nope"], "No such command 'nope'"),
        (["workspace", "create"], "NAME"),
        (["workspace", "create", "Acme", "--region", "mars"], "--region"),
        (["workspace", "set", "u0000000", "--identity-verification", "maybe"], "--identity-verification"),
        (
            ["workspace", "set", "u0000000", "--no-allowed-origins", "--allowed-origin", "https://a.example"],
            "exclude",
        ),
        (
            ["workspace", "set", "u0000000", "--rotate-identity-secret", "--retire-old-identity-secret"],
            "exclude",
        ),
        (["token", "create", "u0000000"], "--name"),
        (["admin", "create", "u0000000", "ada@example.com", "--role", "owner"], "--role"),
        (["serve", "--port", "eighty"], "--port"),
    ],
)
def test_a_mistyped_command_ends_with_status_2(shell: Shell, arguments: list[str], what: str) -> None:
    assert_mistyped(shell.run(*arguments), what)
    assert not (shell.folder / "data").exists()


def test_an_argument_that_is_no_text_is_refused(shell: Shell) -> None:
    assert_refused(shell.run("workspace", "create", "half \udcff"), "not UTF-8")
