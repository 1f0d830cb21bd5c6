"""Custom attributes of companies that scripts write. Rule R40."""

from typing import Any

import pytest

from app.attributes.operations import AttributeDraft, create_attribute
from app.companies.custom import written
from app.errors import ParameterInvalid
from app.trail.records import CLI
from support.recording import NOW, Recorder


def make(recorder: Recorder, name: str, type_: Any, model: Any = "company") -> None:
    create_attribute(recorder.conn, recorder.app_id, AttributeDraft(model, name, type_), actor=CLI, now=NOW)


def test_R40_a_value_of_an_attribute_that_exists_is_taken_in_its_type(recorder: Recorder) -> None:
    make(recorder, "seats", "integer")
    make(recorder, "renews_at", "date")
    given = {"seats": "12", "renews_at": 1_700_000_000}
    held = {"old": "stays", "seats": 3}
    expected = {"old": "stays", "seats": 12, "renews_at": 1_700_000_000}
    assert written(recorder.conn, recorder.app_id, held, given) == expected


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_null_and_blank_text_take_a_value_away(recorder: Recorder, blank: Any) -> None:
    make(recorder, "seats", "integer")
    assert written(recorder.conn, recorder.app_id, {"seats": 3}, {"seats": blank}) == {}


def test_what_stands_can_be_sent_back_whatever_has_become_of_its_attribute(recorder: Recorder) -> None:
    assert written(recorder.conn, recorder.app_id, {"gone": 3}, {"gone": 3}) == {"gone": 3}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"unknown": 1}, "Custom attribute 'unknown' does not exist"),
        ({"of_people": 1}, "Custom attribute 'of_people' does not exist"),
        ({"seats": "many"}, "custom_attributes.seats must be a whole number"),
        ({"seats": [1]}, "custom_attributes.seats must be a whole number"),
        ({"seats": 1, "unknown": None}, "'unknown' does not exist"),
    ],
)
def test_R40_what_does_not_exist_or_fit_is_refused_by_name(
    recorder: Recorder, given: dict[str, Any], rule: str
) -> None:
    make(recorder, "seats", "integer")
    make(recorder, "of_people", "integer", "contact")
    with pytest.raises(ParameterInvalid, match=rule):
        written(recorder.conn, recorder.app_id, {}, given)
