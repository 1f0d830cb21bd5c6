"""Webhooks are made and taken away."""

import pytest
from sqlalchemy import select

from app.errors import NotFound, ParameterInvalid
from app.ids import AppId
from app.storage.tables import audit_log
from app.trail.operations import announce
from app.trail.records import CLI, News
from app.trail.webhook_operations import create_webhook, delete_webhook, get_webhook
from app.trail.webhook_store import deliveries_of, webhooks_of
from app.trail.webhooks import MOST_WEBHOOKS, Webhook
from support.recording import NOW, Recorder

URL, ONLINE, FOREIGN = "https://hooks.example/in", "contact.online", AppId("uzzzzzzz")


def make(recorder: Recorder, *topics: str) -> Webhook:
    return create_webhook(recorder.conn, recorder.app_id, URL, topics or [ONLINE], actor=CLI, now=NOW)


def test_webhook_is_found_as_it_was_made(recorder: Recorder) -> None:
    made = make(recorder, ONLINE, "*")
    assert get_webhook(recorder.conn, recorder.app_id, made.id) == made
    assert webhooks_of(recorder.conn, recorder.app_id) == [made]
    assert made.secret != make(recorder).secret


def test_webhook_takes_its_log_along(recorder: Recorder) -> None:
    made = make(recorder)
    announce(recorder.conn, recorder.app_id, News(ONLINE, "contact", "c"), NOW)
    delete_webhook(recorder.conn, recorder.app_id, made.id, actor=CLI, now=NOW)
    assert webhooks_of(recorder.conn, recorder.app_id) == []
    assert deliveries_of(recorder.conn, recorder.app_id, made.id, None, 10) == []


def test_R82_webhooks_are_on_the_log_without_their_address(recorder: Recorder) -> None:
    made = make(recorder)
    delete_webhook(recorder.conn, recorder.app_id, made.id, actor=CLI, now=NOW)
    columns = (audit_log.c.action, audit_log.c.subject_id, audit_log.c.detail)
    assert [tuple(row) for row in recorder.conn.execute(select(*columns))] == [
        ("webhook.created", str(made.id), {"topics": [ONLINE]}),
        ("webhook.deleted", str(made.id), {}),
    ]


def test_R83_webhook_of_another_workspace_is_none(recorder: Recorder) -> None:
    made = make(recorder)
    with pytest.raises(NotFound):
        get_webhook(recorder.conn, FOREIGN, made.id)
    with pytest.raises(NotFound):
        delete_webhook(recorder.conn, FOREIGN, made.id, actor=CLI, now=NOW)
    assert webhooks_of(recorder.conn, recorder.app_id) == [made]


def test_there_are_only_so_many(recorder: Recorder) -> None:
    for _ in range(MOST_WEBHOOKS):
        make(recorder)
    with pytest.raises(ParameterInvalid, match="at most 20"):
        make(recorder)
