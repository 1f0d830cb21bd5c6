"""Deeds go on the log, and word of changes into the outbox."""

from sqlalchemy import insert, select

from app.storage.tables import audit_log, webhook_deliveries, webhooks
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News
from support.recording import NOW, Recorder


def _webhook(recorder: Recorder, *topics: str, disabled_at: float | None = None) -> int:
    row = {"app_id": recorder.app_id, "url": "https://hooks.example/in", "topics": list(topics)}
    row |= {"secret": "s", "created_at": NOW, "disabled_at": disabled_at}
    return int(recorder.conn.execute(insert(webhooks).returning(webhooks.c.id), row).scalar_one())


def _deliveries(recorder: Recorder) -> list[tuple[int, str, str]]:
    columns = (webhook_deliveries.c.webhook_id, webhook_deliveries.c.topic, webhook_deliveries.c.subject_id)
    return [tuple(row) for row in recorder.conn.execute(select(*columns).order_by(webhook_deliveries.c.id))]


def test_R82_a_deed_is_on_the_log_with_who_did_it_and_to_whom(recorder: Recorder) -> None:
    deed = Deed("contact.updated", "contact", "c" * 24, {"fields": ["phone"]})
    record(recorder.conn, recorder.app_id, Actor("token", "7"), deed, NOW)
    row = recorder.conn.execute(select(audit_log)).mappings().one()
    told = {name: row[name] for name in ("app_id", "at", "actor_type", "actor_id", "action", "subject_type")}
    assert told == {
        "app_id": recorder.app_id,
        "at": NOW,
        "actor_type": "token",
        "actor_id": "7",
        "action": "contact.updated",
        "subject_type": "contact",
    }
    assert row["subject_id"] == "c" * 24
    assert row["detail"] == {"fields": ["phone"]}


def test_word_of_a_change_is_left_for_those_who_listen_to_it(recorder: Recorder) -> None:
    listening, all_ears = _webhook(recorder, "contact.deleted", "contact.archived"), _webhook(recorder, "*")
    _webhook(recorder, "company.created")
    _webhook(recorder, "contact.deleted", disabled_at=NOW)
    announce(recorder.conn, recorder.app_id, News("contact.deleted", "contact", "c" * 24), NOW)
    assert _deliveries(recorder) == [
        (listening, "contact.deleted", "c" * 24),
        (all_ears, "contact.deleted", "c" * 24),
    ]


def test_nothing_is_left_where_nobody_listens(recorder: Recorder) -> None:
    announce(recorder.conn, recorder.app_id, News("contact.deleted", "contact", "c" * 24), NOW)
    assert _deliveries(recorder) == []
