"""A contact's qualification data: shown with its sources, and freed of a lock. Rules R30 to R33."""

from typing import Any

import pytest
from sqlalchemy import insert, select

from app.attributes.operations import attributes_of
from app.attributes.qualification import hide_attribute
from app.contacts.drafts import read_draft
from app.contacts.operations import change_contact, get_contact
from app.contacts.precedence import Lost
from app.contacts.qualification import Qualified, qualification_shown, resync_attribute
from app.errors import NotFound, UserNotFound
from app.ids import ContactId
from app.storage.tables import audit_log, webhook_deliveries, webhooks
from app.trail.records import Actor
from support.attributes import change_known, values_of
from support.recording import NOW, Recorder

ADMIN = Actor("admin", "7")


def ping(recorder: Recorder, at: float = NOW, **attributes: Any) -> ContactId:
    return recorder.ping({"user_id": "42", **attributes}, at=at).contact.id


def set_by_hand(recorder: Recorder, contact_id: ContactId, **attributes: Any) -> None:
    draft = read_draft({"custom_attributes": attributes})
    change_contact(
        recorder.conn, recorder.app_id, contact_id, draft, actor=ADMIN, now=NOW + 5, source="manual"
    )


def shown(recorder: Recorder, contact_id: ContactId) -> dict[str, Qualified]:
    contact = get_contact(recorder.conn, recorder.app_id, contact_id)
    return {one.attribute.name: one for one in qualification_shown(recorder.conn, contact)}


def resync(recorder: Recorder, contact_id: str, name: str = "company_size") -> None:
    resync_attribute(recorder.conn, recorder.app_id, contact_id, name, actor=ADMIN, now=NOW + 9)


def test_R33_a_write_that_lost_is_listed_beside_the_value(recorder: Recorder) -> None:
    contact_id = ping(recorder, company_size=50)
    set_by_hand(recorder, contact_id, company_size=200)
    ping(recorder, company_size=50, at=NOW + 7)
    size = shown(recorder, contact_id)["company_size"]
    assert size.value == 200
    assert (size.origin.source, size.origin.by, size.origin.at) == ("manual", "admin:7", NOW + 5)
    assert size.origin.lost == (Lost("ping", 50, "messenger", NOW + 7),)


def test_R30_what_is_hidden_is_not_shown_and_not_lost(recorder: Recorder) -> None:
    contact_id = ping(recorder, company_size=50)
    size = attributes_of(recorder.conn, recorder.app_id, "contact")["company_size"]
    hide_attribute(recorder.conn, recorder.app_id, size.id, actor=ADMIN, now=NOW)
    assert "company_size" not in shown(recorder, contact_id)
    assert recorder.row(contact_id)["custom_attributes"] == {"company_size": 50}


def test_R32_the_next_ping_fills_what_was_synced_again(recorder: Recorder) -> None:
    contact_id = ping(recorder, company_size=50)
    set_by_hand(recorder, contact_id, company_size=None)
    ping(recorder, company_size=50)
    assert shown(recorder, contact_id)["company_size"].value is None
    resync(recorder, contact_id)
    assert values_of(recorder, contact_id) == {}
    ping(recorder, company_size=50, at=NOW + 20)
    size = shown(recorder, contact_id)["company_size"]
    assert (size.value, size.origin.source, size.origin.lost) == (50, "ping", ())
    assert values_of(recorder, contact_id) == {"company_size": (50.0, None)}


def test_R32_it_is_told_once_and_on_record_whenever_it_is_asked_for(recorder: Recorder) -> None:
    contact_id = ping(recorder, plan="pro")
    set_by_hand(recorder, contact_id, plan="free")
    hook = {"app_id": recorder.app_id, "url": "https://a.example", "topics": ["*"], "secret": "s"}
    recorder.conn.execute(insert(webhooks), hook | {"created_at": NOW})
    resync(recorder, contact_id, "plan")
    resync(recorder, contact_id, "plan")
    deeds = recorder.conn.execute(select(audit_log.c.action, audit_log.c.detail)).all()
    assert [tuple(deed) for deed in deeds if deed.action == "contact.resynced"] == [
        ("contact.resynced", {"fields": ["custom_attributes.plan"]}),
        ("contact.resynced", {"fields": []}),
    ]
    assert recorder.conn.execute(select(webhook_deliveries.c.topic)).scalars().all() == [
        "contact.user.updated"
    ]


def test_what_is_not_there_can_not_be_synced(recorder: Recorder) -> None:
    contact_id = ping(recorder, plan="pro")
    change_known(recorder, "plan", archived=True)
    for name in ("plan", "nothing"):
        with pytest.raises(NotFound):
            resync(recorder, contact_id, name)
    with pytest.raises(UserNotFound):
        resync(recorder, "f" * 24)
