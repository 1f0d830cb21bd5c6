"""The outbox in SQL."""

from dataclasses import replace

from app.trail import webhook_store as store
from app.trail.operations import announce
from app.trail.records import CLI, News
from app.trail.webhook_operations import create_webhook
from app.trail.webhook_store import Delivery
from support.recording import NOW, Recorder

ARCHIVED = "contact.archived"


def listen(recorder: Recorder) -> int:
    hook = create_webhook(
        recorder.conn, recorder.app_id, "https://hooks.example", [ARCHIVED], actor=CLI, now=NOW
    )
    return hook.id


def tell(recorder: Recorder, *subjects: str, at: float = NOW) -> None:
    for subject in subjects:
        announce(recorder.conn, recorder.app_id, News(ARCHIVED, "contact", subject), at)


def due(recorder: Recorder, webhook_id: int, at: float = NOW, most: int = 10) -> list[Delivery]:
    return store.due_deliveries(recorder.conn, webhook_id, at, most)


def test_what_is_due_comes_in_the_order_in_which_it_happened(recorder: Recorder) -> None:
    hook, other = listen(recorder), listen(recorder)
    tell(recorder, "a", "b", "c")
    tell(recorder, "later", at=NOW + 1)
    assert [delivery.subject_id for delivery in due(recorder, hook)] == ["a", "b", "c"]
    assert [delivery.subject_id for delivery in due(recorder, hook, most=2)] == ["a", "b"]
    assert len(due(recorder, other, NOW + 1)) == 4


def test_outcome_is_written_down(recorder: Recorder) -> None:
    hook = listen(recorder)
    tell(recorder, "a", "b")
    first, second = due(recorder, hook)
    delivered = replace(first, attempts=1, due_at=None, delivered_at=NOW, status=200)
    failed = replace(second, attempts=1, due_at=NOW + 60, status=500)
    store.update_deliveries(recorder.conn, [delivered, failed])
    log = store.deliveries_of(recorder.conn, recorder.app_id, hook, None, 10)
    assert log == [failed, delivered]
    assert [delivery.state for delivery in log] == ["waiting", "delivered"]
    assert due(recorder, hook, NOW + 59) == []
    assert due(recorder, hook, NOW + 60) == [failed]


def test_log_is_read_page_by_page(recorder: Recorder) -> None:
    hook = listen(recorder)
    tell(recorder, "a", "b", "c")
    page = store.deliveries_of(recorder.conn, recorder.app_id, hook, None, 2)
    assert [delivery.subject_id for delivery in page] == ["c", "b"]
    rest = store.deliveries_of(recorder.conn, recorder.app_id, hook, page[-1].id, 2)
    assert [delivery.subject_id for delivery in rest] == ["a"]


def test_webhook_that_is_switched_off_gets_nothing_more(recorder: Recorder) -> None:
    hook = listen(recorder)
    tell(recorder, "a")
    store.disable(recorder.conn, hook, "too many failures", NOW)
    tell(recorder, "b")
    assert store.live_webhooks(recorder.conn) == []
    [delivery] = store.deliveries_of(recorder.conn, recorder.app_id, hook, None, 10)
    assert (delivery.state, delivery.error) == ("given_up", "too many failures")


def test_what_waits_is_never_forgotten(recorder: Recorder) -> None:
    hook = listen(recorder)
    tell(recorder, "a", "b")
    done = replace(due(recorder, hook)[0], due_at=None, delivered_at=NOW)
    store.update_deliveries(recorder.conn, [done])
    assert store.forget_deliveries(recorder.conn, NOW) == 0
    assert store.forget_deliveries(recorder.conn, NOW + 1) == 1
    assert [delivery.subject_id for delivery in due(recorder, hook)] == ["b"]
