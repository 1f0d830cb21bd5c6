"""Custom attributes that REST writes: those that exist, and no others."""

import secrets
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from app.attributes.operations import AttributeDraft, create_attribute
from app.attributes.records import AttributeType
from app.contacts.custom import WriteSource, written
from app.contacts.precedence import Origin, origin_of
from app.contacts.records import Contact
from app.contacts.saving import save
from app.errors import ParameterInvalid
from app.storage.tables import data_attributes, workspaces
from app.trail.records import Actor
from support.attributes import values_of
from support.recording import NOW, Recorder


def know(conn: Connection, app_id: str, name: str, *, model: str = "contact", archived: bool = False) -> None:
    """The workspace has that attribute."""
    row: dict[str, Any] = {"app_id": app_id, "model": model, "name": name, "label": name, "type": "string"}
    row |= {"options": [], "messenger_writable": True, "archived": archived}
    conn.execute(insert(data_attributes), row | {"created_at": NOW, "updated_at": NOW})
    conn.execute(update(workspaces).values(attributes_version=secrets.token_hex(8)))


def write(recorder: Recorder, given: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    contact = recorder.ping({"user_id": "1", **attributes}).contact
    return written(recorder.conn, contact, given, source="rest", by="token:1", now=NOW)


def test_R40_what_exists_is_written_beside_what_is_there(recorder: Recorder) -> None:
    know(recorder.conn, recorder.app_id, "plan_of_ours")
    facts = write(recorder, {"plan_of_ours": "pro"}, seats="5")
    assert facts["custom_attributes"] == {"seats": "5", "plan_of_ours": "pro"}


def test_R40_null_clears(recorder: Recorder) -> None:
    know(recorder.conn, recorder.app_id, "plan_of_ours")
    assert write(recorder, {"plan_of_ours": None}, plan_of_ours="pro")["custom_attributes"] == {}


@pytest.mark.parametrize("what", [{"model": "company"}, {"archived": True}])
def test_R40_what_does_not_exist_is_refused_by_name(recorder: Recorder, what: dict[str, Any]) -> None:
    know(recorder.conn, recorder.app_id, "gone_by_now", **what)
    with pytest.raises(ParameterInvalid, match="Custom attribute 'gone_by_now' does not exist"):
        write(recorder, {"gone_by_now": 1})


def test_a_value_that_does_not_fit_is_refused_by_name(recorder: Recorder) -> None:
    know(recorder.conn, recorder.app_id, "plan_of_ours")
    with pytest.raises(ParameterInvalid, match="plan_of_ours"):
        write(recorder, {"plan_of_ours": {"deep": 1}})


def test_nothing_given_changes_nothing(recorder: Recorder) -> None:
    assert write(recorder, {}) == {}


# Their types, and who wins


def make(recorder: Recorder, name: str, type_: AttributeType, **fields: Any) -> None:
    draft = AttributeDraft("contact", name, type_, **fields)
    create_attribute(recorder.conn, recorder.app_id, draft, actor=Actor("token", "1"), now=NOW)


def put(recorder: Recorder, given: dict[str, Any], source: WriteSource = "rest", at: float = NOW) -> Contact:
    """Write straight into the one contact of the workspace."""
    contact = recorder.ping({"user_id": "1"}).contact
    facts = written(recorder.conn, contact, given, source=source, by=f"{source}:1", now=at)
    return save(recorder.conn, contact, replace(contact, **facts))


@pytest.mark.parametrize(
    ("type_", "value", "stored"),
    [
        ("string", "a" * 255, "a" * 255),
        ("integer", "3", 3),
        ("float", 3, 3.0),
        ("boolean", "true", True),
        ("date", "1700000000", 1_700_000_000),
        ("options", "b", "b"),
    ],
)
def test_R40_a_value_is_stored_in_the_attributes_type(
    recorder: Recorder, type_: AttributeType, value: Any, stored: Any
) -> None:
    make(recorder, "x", type_, options=["a", "b"] if type_ == "options" else [])
    taken = put(recorder, {"x": value}).custom_attributes["x"]
    assert (taken, type(taken)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("type_", "value", "rule"),
    [
        ("string", "a" * 256, "is longer than 255 characters"),
        ("string", 3, "must be text"),
        ("string", ["a"], "must be text"),
        ("integer", 3.5, "must be a whole number"),
        ("float", "much", "must be a number"),
        ("boolean", "yes", "must be true or false"),
        ("date", "2024-03-01", "must be a date: a number of Unix seconds"),
        ("options", "c", "must be one of the options of its list"),
    ],
)
def test_R40_a_wrong_type_is_refused_with_field_and_rule(
    recorder: Recorder, type_: AttributeType, value: Any, rule: str
) -> None:
    make(recorder, "x", type_, options=["a", "b"] if type_ == "options" else [])
    make(recorder, "y", "string")
    with pytest.raises(ParameterInvalid) as refusal:
        put(recorder, {"y": "taken", "x": value})
    assert refusal.value.message == f"custom_attributes.x {rule}"
    assert recorder.rows()[0]["custom_attributes"] == {}


@pytest.mark.parametrize("source", ["csv", "manual"])
def test_people_write_dates_as_such(recorder: Recorder, source: WriteSource) -> None:
    make(recorder, "renews_at", "date")
    contact = put(recorder, {"renews_at": "2024-03-01"}, source)
    assert contact.custom_attributes == {"renews_at": 1_709_251_200}


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_null_and_blank_text_clear(recorder: Recorder, blank: Any) -> None:
    recorder.ping({"user_id": "1", "seats": 3})
    assert put(recorder, {"seats": blank}).custom_attributes == {}


@pytest.mark.parametrize("source", ["rest", "csv"])
def test_R31_a_program_writes_over_a_manual_value_and_ends_its_lock(
    recorder: Recorder, source: WriteSource
) -> None:
    put(recorder, {"company_size": 200}, "manual")
    assert recorder.ping({"user_id": "1", "company_size": 50}).contact.custom_attributes == {
        "company_size": 200
    }
    contact = put(recorder, {"company_size": 300}, source, at=NOW + 9)
    origin = origin_of(contact.custom_attributes, contact.provenance, "company_size")
    assert origin == Origin(source, f"{source}:1", NOW + 9)
    assert recorder.ping({"user_id": "1", "company_size": 50}).contact.custom_attributes == {
        "company_size": 50
    }


def test_R31_a_manual_blank_stays_blank(recorder: Recorder) -> None:
    recorder.ping({"user_id": "1", "company_size": 50})
    contact = put(recorder, {"company_size": None}, "manual")
    assert recorder.ping({"user_id": "1", "company_size": 50}).contact.custom_attributes == {}
    assert values_of(recorder, contact.id) == {}


def test_what_is_written_is_found(recorder: Recorder) -> None:
    contact = put(recorder, {"company_size": 200, "company_name": "Acme"})
    assert values_of(recorder, contact.id) == {"company_size": (200.0, None), "company_name": (None, "Acme")}
    put(recorder, {"company_size": None})
    assert values_of(recorder, contact.id) == {"company_name": (None, "Acme")}
