"""What a notification is about."""

from app.delivery.items import item_of
from app.trail.operations import announce
from app.trail.records import CLI, News
from app.trail.webhook_operations import create_webhook
from app.trail.webhook_store import due_deliveries
from support.recording import NOW, Recorder


def test_what_is_no_more_is_told_of_by_type_and_id(recorder: Recorder) -> None:
    hook = create_webhook(recorder.conn, recorder.app_id, "https://h.example", ["*"], actor=CLI, now=NOW)
    news = News("contact.deleted", "contact", "c" * 24, {"deleted": True})
    announce(recorder.conn, recorder.app_id, news, NOW)
    [delivery] = due_deliveries(recorder.conn, hook.id, NOW, 1)
    assert item_of(recorder.conn, delivery) == {"type": "contact", "id": "c" * 24, "deleted": True}
