"""Attributes are made, changed and archived; at most 250 are active. Rules R40 and R41."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from app.attributes.catalogue import catalogue_of
from app.attributes.operations import (
    AttributeChange,
    AttributeDraft,
    active_count,
    attributes_of,
    change_attribute,
    create_attribute,
    get_attribute,
    make_missing,
)
from app.attributes.records import AttributeId, DataAttribute
from app.errors import AttributeInUse, AttributeNotFound, ParameterInvalid
from app.storage.tables import audit_log, segments
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

TOKEN = Actor("token", "1")


def make(recorder: Recorder, name: str = "plan", **fields: Any) -> DataAttribute:
    draft = AttributeDraft(name=name, **({"model": "contact", "type": "string"} | fields))
    return create_attribute(recorder.conn, recorder.app_id, draft, actor=TOKEN, now=NOW)


def change(recorder: Recorder, attribute: DataAttribute, **fields: Any) -> DataAttribute:
    return change_attribute(
        recorder.conn,
        recorder.app_id,
        attribute.id,
        AttributeChange(**fields),
        actor=TOKEN,
        now=NOW + 60,
    )


def deeds(recorder: Recorder) -> list[tuple[str, dict[str, Any]]]:
    return [(row.action, row.detail) for row in recorder.conn.execute(select(audit_log))]


# Making


def test_R30_a_workspace_is_made_with_four_attributes(recorder: Recorder) -> None:
    known = attributes_of(recorder.conn, recorder.app_id, "contact")
    assert {name: (made.type, made.qualification_position) for name, made in known.items()} == {
        "company_name": ("string", 1),
        "company_size": ("integer", 2),
        "company_website": ("string", 3),
        "company_industry": ("string", 4),
    }
    assert all(made.is_default for made in known.values())


def test_an_attribute_is_made(recorder: Recorder) -> None:
    made = make(recorder, " Mithril Shirt ", description="Light", messenger_writable=False, admin_id=7)
    assert (made.name, made.label, made.type) == ("Mithril Shirt", "Mithril Shirt", "string")
    assert (made.description, made.messenger_writable, made.admin_id) == ("Light", False, 7)
    assert (made.created_at, made.updated_at, made.archived) == (NOW, NOW, False)
    assert get_attribute(recorder.conn, recorder.app_id, made.id) == made
    assert deeds(recorder) == [("data_attribute.created", {"model": "contact"})]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            "company",
            "company",
            "You already have 'Ring' in your company data. To save this as new company data, ",
        ),
        (
            "company",
            "contact",
            "You already have 'Ring' in your company data. To save this as new people data, ",
        ),
        (
            "contact",
            "company",
            "You already have 'Ring' in your people data. To save this as new company data, ",
        ),
    ],
)
def test_a_name_is_new_among_people_and_companies(
    recorder: Recorder, first: str, second: str, message: str
) -> None:
    make(recorder, "Ring", model=first)
    with pytest.raises(ParameterInvalid) as refusal:
        make(recorder, "Ring", model=second)
    assert refusal.value.message == message + "use a different name."


def test_two_workspaces_may_use_one_name(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW)
    draft = AttributeDraft("contact", "plan", "string")
    create_attribute(recorder.conn, other.app_id, draft, actor=TOKEN, now=NOW)
    assert make(recorder, "plan").name == "plan"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "renews_at"}, "must be date"),
        ({"type": "options"}, "2 to 250"),
        ({"type": "options", "options": ["1-10"]}, "2 to 250"),
        ({"type": "integer", "options": ["1", "2"]}, "options"),
        ({"name": "a.b"}, "Your name"),
        ({"description": "a" * 1_001}, "description"),
    ],
)
def test_what_can_not_be_made_is_refused(recorder: Recorder, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterInvalid, match=message):
        make(recorder, **({"name": "plan"} | fields))
    assert "plan" not in attributes_of(recorder.conn, recorder.app_id, "contact")


def test_R41_a_name_that_ends_in_at_is_a_date(recorder: Recorder) -> None:
    assert make(recorder, "renews_at", type="date").type == "date"


@pytest.mark.parametrize("model", ["contact", "company"])
def test_R40_a_workspace_has_at_most_250_active_attributes(recorder: Recorder, model: Any) -> None:
    made = make_missing(
        recorder.conn, recorder.app_id, model, {f"a{number}": number for number in range(248)}, NOW
    )
    make(recorder, "of others", model="company" if model == "contact" else "contact")
    last = make(recorder, "last", model=model)
    assert active_count(catalogue_of(recorder.conn, recorder.app_id)) == 250
    with pytest.raises(ParameterInvalid, match="250 active"):
        make(recorder, "too many", model=model)
    # One that is archived makes room; and can't come back once that is taken.
    change(recorder, made["a0"], archived=True)
    make(recorder, "fits", model=model)
    with pytest.raises(ParameterInvalid, match="250 active"):
        change(recorder, made["a0"], archived=False)
    change(recorder, last, archived=True)
    assert not change(recorder, made["a0"], archived=False).archived


def test_R40_a_ping_makes_as_many_as_there_is_room_for(recorder: Recorder) -> None:
    firsts = {f"a{number}": "x" for number in range(251)}
    known = make_missing(recorder.conn, recorder.app_id, "contact", firsts, NOW)
    assert "a249" in known
    assert "a250" not in known
    assert "a250" not in make_missing(recorder.conn, recorder.app_id, "contact", {"a250": "x"}, NOW)


def test_a_ping_may_name_what_companies_have(recorder: Recorder) -> None:
    make(recorder, "plan", model="company")
    assert "plan" in make_missing(recorder.conn, recorder.app_id, "contact", {"plan": "pro"}, NOW)


# Changing


def test_an_attribute_is_changed(recorder: Recorder) -> None:
    made = make(recorder)
    changed = change(recorder, made, label="The plan", description="What they pay", messenger_writable=False)
    assert (changed.label, changed.description, changed.messenger_writable) == (
        "The plan",
        "What they pay",
        False,
    )
    assert (changed.name, changed.created_at, changed.updated_at) == ("plan", NOW, NOW + 60)
    assert get_attribute(recorder.conn, recorder.app_id, made.id) == changed
    action, detail = deeds(recorder)[-1]
    assert (action, detail["fields"]) == (
        "data_attribute.updated",
        ["label", "description", "messenger_writable"],
    )


def test_what_changes_nothing_is_no_deed(recorder: Recorder) -> None:
    made = make(recorder)
    assert change(recorder, made, label="plan") == made
    assert len(deeds(recorder)) == 1


def test_options_make_a_list_of_a_text_and_of_nothing_else(recorder: Recorder) -> None:
    changed = change(recorder, make(recorder), options=["pro", "free"])
    assert (changed.type, changed.options) == ("options", ("pro", "free"))
    with pytest.raises(ParameterInvalid, match="no list"):
        change(recorder, make(recorder, "seats", type="integer"), options=["1", "2"])
    with pytest.raises(ParameterInvalid, match="needs options"):
        change(recorder, make(recorder, "other"), type="options")


def test_R41_a_name_that_ends_in_at_stays_a_date(recorder: Recorder) -> None:
    made = make(recorder, "renews_at", type="date")
    with pytest.raises(ParameterInvalid, match="is a date"):
        change(recorder, made, type="integer")


@pytest.mark.parametrize(
    "tree",
    [
        {"field": "custom_attributes.plan", "operator": "=", "value": "pro"},
        {
            "operator": "AND",
            "value": [{"operator": "OR", "value": [{"field": "plan", "operator": "is_unknown"}]}],
        },
    ],
)
def test_what_a_segment_needs_can_not_be_archived(recorder: Recorder, tree: dict[str, Any]) -> None:
    made = make(recorder)
    row = {"app_id": recorder.app_id, "id": "0" * 24, "name": "Pro", "person_type": "user", "filter": tree}
    recorder.conn.execute(insert(segments), row | {"created_at": NOW, "updated_at": NOW})
    with pytest.raises(AttributeInUse):
        change(recorder, made, archived=True)
    assert change(recorder, make(recorder, "other"), archived=True).archived


def test_a_companys_attribute_is_needed_by_no_segment(recorder: Recorder) -> None:
    tree = {"field": "plan", "operator": "is_unknown"}
    row = {"app_id": recorder.app_id, "id": "0" * 24, "name": "Pro", "person_type": "user", "filter": tree}
    recorder.conn.execute(insert(segments), row | {"created_at": NOW, "updated_at": NOW})
    # Pings may give people and companies attributes of one name.
    make(recorder)
    of_companies = make_missing(recorder.conn, recorder.app_id, "company", {"plan": "pro"}, NOW)["plan"]
    assert change(recorder, of_companies, archived=True).archived


def test_R83_an_attribute_of_another_workspace_can_not_be_changed(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW)
    theirs = attributes_of(recorder.conn, other.app_id, "contact")["company_size"]
    with pytest.raises(AttributeNotFound):
        change(recorder, theirs, archived=True)
    with pytest.raises(AttributeNotFound):
        get_attribute(recorder.conn, recorder.app_id, AttributeId(999))
