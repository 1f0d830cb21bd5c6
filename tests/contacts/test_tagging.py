"""A contact's tags."""

import pytest
from sqlalchemy import insert, select

from app.contacts.records import Contact
from app.contacts.tagging import tag_contact, untag_contact
from app.errors import NotFound
from app.storage.tables import webhook_deliveries, webhooks
from app.tags.records import Tag, Tagging
from app.tags.store import insert_tag
from app.trail.records import Actor
from support.recording import NOW, Recorder

TOKEN = Actor("token", "3")


@pytest.fixture
def vip(recorder: Recorder) -> Tag:
    hook = {"app_id": recorder.app_id, "url": "https://a.example", "topics": ["*"], "secret": "s"}
    recorder.conn.execute(insert(webhooks), [hook | {"created_at": NOW}])
    return insert_tag(recorder.conn, recorder.app_id, "VIP", NOW)


def tag(recorder: Recorder, contact: Contact, vip: Tag, at: float = NOW) -> Tagging:
    return tag_contact(recorder.conn, recorder.app_id, contact, vip, actor=TOKEN, now=at)


def untag(recorder: Recorder, contact: Contact, vip: Tag) -> Tagging:
    return untag_contact(recorder.conn, recorder.app_id, contact, vip, actor=TOKEN, now=NOW)


def test_a_tag_is_put_on_once_and_taken_off_as_it_was(recorder: Recorder, vip: Tag) -> None:
    ada = recorder.ping({"user_id": "42"}).contact
    expected = Tagging(vip, NOW, None)
    assert tag(recorder, ada, vip) == tag(recorder, ada, vip, at=NOW + 9) == expected
    assert untag(recorder, ada, vip) == expected
    with pytest.raises(NotFound):
        untag(recorder, ada, vip)


@pytest.mark.parametrize(
    ("person", "role", "topics"),
    [
        ({"user_id": "42"}, "user", ["contact.user.tag.created", "contact.user.tag.deleted"]),
        ({}, "lead", ["contact.lead.tag.created", "contact.lead.tag.deleted"]),
        ({}, "visitor", []),
    ],
)
def test_webhooks_are_told_once_by_who_bears_the_tag(
    recorder: Recorder, vip: Tag, person: dict[str, str], role: str, topics: list[str]
) -> None:
    contact_id = recorder.ping(person).contact.id
    recorder.change(contact_id, role=role)
    contact = Contact(**recorder.row(contact_id))
    tag(recorder, contact, vip)
    tag(recorder, contact, vip)
    untag(recorder, contact, vip)
    told = (
        select(webhook_deliveries.c.topic, webhook_deliveries.c.detail)
        .where(webhook_deliveries.c.topic.contains(".tag."))
        .order_by(webhook_deliveries.c.id)
    )
    assert [tuple(row) for row in recorder.conn.execute(told)] == [
        (topic, {"tag_id": vip.id}) for topic in topics
    ]
