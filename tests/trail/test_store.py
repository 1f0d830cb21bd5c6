"""The trail in SQL."""

import pytest
from sqlalchemy import select

from app.storage.tables import webhook_deliveries
from app.trail.records import News
from app.trail.store import Listener, insert_deliveries
from support.recording import NOW, Recorder


@pytest.mark.parametrize(
    ("topics", "listens"), [(("contact.deleted",), True), (("contact",), False), (("*",), True), ((), False)]
)
def test_a_webhook_listens_to_its_topics_or_to_all(topics: tuple[str, ...], listens: bool) -> None:
    assert Listener(1, topics).listens_to("contact.deleted") is listens


def test_deliveries_of_one_deed_share_a_notification_id_and_are_due_at_once(recorder: Recorder) -> None:
    insert_deliveries(recorder.conn, recorder.app_id, [1, 2], News("contact.deleted", "contact", "c"), NOW)
    rows = recorder.conn.execute(select(webhook_deliveries)).mappings().all()
    assert [row["webhook_id"] for row in rows] == [1, 2]
    assert len({row["notification_id"] for row in rows}) == 1
    assert {(row["attempts"], row["due_at"], row["delivered_at"]) for row in rows} == {(0, NOW, None)}
