"""What is on and what is off, in a query string."""

import pytest

from app.api.switches import read_switch
from app.errors import ParameterInvalid


@pytest.mark.parametrize(
    ("text", "is_on"),
    [
        ("true", True),
        ("True", True),
        ("1", True),
        ("false", False),
        ("FALSE", False),
        ("0", False),
        ("", False),
    ],
)
def test_a_switch_is_read_in_any_case_and_as_a_number(text: str, is_on: bool) -> None:
    assert read_switch({"preview": text}, "preview") is is_on


def test_what_is_not_given_is_off() -> None:
    assert read_switch({}, "preview") is False


@pytest.mark.parametrize("text", ["yes", "on", "2", "tru", "true ", "truE\0"])
def test_another_word_is_refused_by_name(text: str) -> None:
    with pytest.raises(ParameterInvalid, match="preview must be true or false"):
        read_switch({"preview": text}, "preview")
