"""The list of qualification data: added to, removed from, in order. Rule R30."""

import pytest
from sqlalchemy import select

from app.attributes.operations import (
    AttributeChange,
    AttributeDraft,
    attributes_of,
    change_attribute,
    create_attribute,
)
from app.attributes.qualification import hide_attribute, qualification_of, show_attribute
from app.attributes.records import DataAttribute
from app.errors import AttributeNotFound, ParameterInvalid
from app.storage.tables import audit_log
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder

ADMIN = Actor("admin", "1")


def named(recorder: Recorder) -> list[str]:
    return [attribute.name for attribute in qualification_of(recorder.conn, recorder.app_id)]


def known(recorder: Recorder, name: str) -> DataAttribute:
    return attributes_of(recorder.conn, recorder.app_id, "contact")[name]


def make(recorder: Recorder, name: str, model: str = "contact") -> DataAttribute:
    draft = AttributeDraft(model, name, "string")  # type: ignore[arg-type]
    return create_attribute(recorder.conn, recorder.app_id, draft, actor=ADMIN, now=NOW)


def show(recorder: Recorder, attribute: DataAttribute) -> DataAttribute:
    return show_attribute(recorder.conn, recorder.app_id, attribute.id, actor=ADMIN, now=NOW)


def hide(recorder: Recorder, attribute: DataAttribute) -> DataAttribute:
    return hide_attribute(recorder.conn, recorder.app_id, attribute.id, actor=ADMIN, now=NOW)


def test_R30_the_list_begins_with_the_company(recorder: Recorder) -> None:
    assert named(recorder) == ["company_name", "company_size", "company_website", "company_industry"]


def test_R30_what_is_added_comes_last(recorder: Recorder) -> None:
    show(recorder, make(recorder, "budget"))
    assert named(recorder)[-1] == "budget"
    assert show(recorder, known(recorder, "budget")) == known(recorder, "budget")
    assert len(named(recorder)) == 5


def test_R30_what_is_removed_is_hidden_and_loses_no_data(recorder: Recorder) -> None:
    person = recorder.ping({"user_id": "1", "company_size": 50}).contact
    hide(recorder, known(recorder, "company_size"))
    assert named(recorder) == ["company_name", "company_website", "company_industry"]
    assert recorder.row(person.id)["custom_attributes"] == {"company_size": 50}
    show(recorder, known(recorder, "company_size"))
    assert named(recorder)[-1] == "company_size"


def test_R30_an_archived_attribute_keeps_its_place(recorder: Recorder) -> None:
    size = known(recorder, "company_size")
    for archived in (True, False):
        change = AttributeChange(archived=archived)
        change_attribute(recorder.conn, recorder.app_id, size.id, change, actor=ADMIN, now=NOW)
        assert ("company_size" in named(recorder)) is not archived
    assert named(recorder)[1] == "company_size"


def test_what_can_not_be_shown_is_refused(recorder: Recorder) -> None:
    with pytest.raises(ParameterInvalid, match="companies"):
        show(recorder, make(recorder, "budget", "company"))
    gone = make(recorder, "gone")
    change_attribute(
        recorder.conn, recorder.app_id, gone.id, AttributeChange(archived=True), actor=ADMIN, now=NOW
    )
    with pytest.raises(ParameterInvalid, match="archived"):
        show(recorder, gone)
    with pytest.raises(AttributeNotFound):
        hide(recorder, gone)


def test_R83_another_workspace_has_a_list_of_its_own(recorder: Recorder) -> None:
    other = create_workspace(recorder.conn, "Globex", NOW)
    theirs = attributes_of(recorder.conn, other.app_id, "contact")["company_size"]
    with pytest.raises(AttributeNotFound):
        hide(recorder, theirs)
    with pytest.raises(AttributeNotFound):
        show(recorder, theirs)
    assert len(qualification_of(recorder.conn, other.app_id)) == 4


def test_R82_both_are_on_the_audit_log(recorder: Recorder) -> None:
    size = known(recorder, "company_size")
    hide(recorder, size)
    show(recorder, size)
    rows = recorder.conn.execute(select(audit_log.c.action, audit_log.c.subject_id)).all()
    assert [tuple(row) for row in rows] == [
        ("qualification.hidden", str(size.id)),
        ("qualification.shown", str(size.id)),
    ]
