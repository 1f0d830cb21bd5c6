"""The days of grace: both sides of their end."""

from dataclasses import replace

import pytest

from app.contacts.grace import GRACE_SECONDS, clear_the_way, in_grace, is_over
from app.contacts.recognition import Holders
from support.recording import NOW, Recorder


def test_R61_seven_days_are_seven_times_24_hours() -> None:
    assert GRACE_SECONDS == 7 * 24 * 60 * 60


@pytest.mark.parametrize(
    ("elapsed", "over"), [(0, False), (604_799.999, False), (604_800, True), (1e7, True)]
)
def test_R61_grace_is_over_at_exactly_seven_days(recorder: Recorder, elapsed: float, over: bool) -> None:
    ada = recorder.ping({"user_id": "42"}).contact
    assert not is_over(ada, NOW + elapsed)
    deleted = replace(ada, deleted_at=NOW)
    assert is_over(deleted, NOW + elapsed) is over
    for holders in (Holders(deleted), Holders(None, deleted), Holders(None, None, deleted)):
        assert in_grace(holders, NOW + elapsed) is not over


def test_nobody_is_in_anybody_s_way(recorder: Recorder) -> None:
    assert in_grace(Holders(), NOW)


def test_only_those_whose_grace_is_over_make_way(recorder: Recorder) -> None:
    old, young = (recorder.ping({"user_id": user_id}).contact for user_id in ("old", "young"))
    holders = Holders(
        replace(old, deleted_at=NOW), replace(young, deleted_at=NOW + 1), replace(old, deleted_at=NOW)
    )
    clear_the_way(recorder.conn, holders, NOW + GRACE_SECONDS)
    assert [row["id"] for row in recorder.rows()] == [young.id]
