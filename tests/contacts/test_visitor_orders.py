"""What requests say of visitors."""

from typing import Any

import pytest

from app.contacts.drafts import Draft
from app.contacts.event_orders import Whose
from app.contacts.visitor_orders import Conversion, read_change, read_conversion
from app.errors import ParameterInvalid, ParameterNotFound

WHOLE = {"visitor": {"user_id": "3ecf64d0"}, "user": {"email": "foo@bar.com"}, "type": "user"}


def test_a_change_takes_a_name_and_attributes_and_nothing_else() -> None:
    body = {
        "user_id": "a1",
        "name": "Gareth Bale",
        "custom_attributes": {"a": 1},
        "role": "user",
    }
    assert read_change(body) == (Whose(user_id="a1"), Draft(name="Gareth Bale", custom_attributes={"a": 1}))


def test_a_change_names_a_visitor() -> None:
    with pytest.raises(ParameterNotFound):
        read_change({"name": "Christian Fail"})


def test_a_conversion_is_read() -> None:
    draft = Draft(role="user", email="foo@bar.com")
    assert read_conversion(WHOLE) == Conversion("user", Whose(user_id="3ecf64d0"), None, draft)
    given = WHOLE | {"type": "lead", "user": {"id": "a" * 24, "user_id": "42", "email": ""}}
    draft = Draft(role="lead", external_id="42")
    assert read_conversion(given) == Conversion("lead", Whose(user_id="3ecf64d0"), "a" * 24, draft)


@pytest.mark.parametrize("left_out", ["visitor", "user", "type"])
def test_what_a_conversion_must_say(left_out: str) -> None:
    with pytest.raises(ParameterNotFound, match=left_out):
        read_conversion({name: value for name, value in WHOLE.items() if name != left_out})


@pytest.mark.parametrize(
    "body",
    [
        {"type": "visitor"},
        {"type": ["user"]},
        {"type": 7},
        {"visitor": "a1"},
        {"user": []},
        {"user": {"id": 7}},
        {"user": {"email": "no email"}},
        {"user": {"user_id": ["42"]}},
    ],
)
def test_what_can_not_be_taken_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ParameterInvalid):
        read_conversion(WHOLE | body)


def test_a_conversion_of_no_visitor_is_refused() -> None:
    with pytest.raises(ParameterNotFound):
        read_conversion(WHOLE | {"visitor": {}})
