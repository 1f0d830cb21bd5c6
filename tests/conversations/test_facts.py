"""Moments and counts, and what is reckoned from them. Rule R63."""

from dataclasses import asdict
from functools import reduce

import pytest

from app.conversations import facts
from app.conversations.facts import MOST_REPLY_TIMES, statistics_of
from app.conversations.records import Facts

NEW = facts.contact_spoke(Facts(created_at=1000.0), 1000.0)


def test_the_first_and_the_last_of_each_is_kept() -> None:
    told = facts.contact_spoke(NEW, 1100.0)
    told = facts.admin_spoke(told, 1000.0, 1200.0)
    told = facts.admin_spoke(told, None, 1300.0)
    told = facts.closed(facts.closed(told, 7, 1400.0), 8, 1500.0)
    assert (told.first_contact_reply_at, told.last_contact_reply_at) == (1000.0, 1100.0)
    assert (told.first_admin_reply_at, told.last_admin_reply_at) == (1200.0, 1300.0)
    assert (told.first_closed_at, told.last_closed_at, told.last_closed_by_id) == (1400.0, 1500.0, 8)


def test_only_the_last_assignment_before_the_first_answer_counts_as_the_time_to_it() -> None:
    told = facts.assigned(facts.assigned(NEW, 1010.0), 1030.0)
    assert statistics_of(told).time_to_assignment == 30
    told = facts.assigned(facts.admin_spoke(told, 1000.0, 1040.0), 1050.0)
    assert statistics_of(told).time_to_assignment == 30
    assert (told.first_assignment_at, told.last_assignment_at, told.assignments) == (1010.0, 1050.0, 3)


def test_the_first_answer_since_an_assignment_is_known_until_the_next_one() -> None:
    told = facts.admin_spoke(NEW, None, 1010.0)
    assert told.reply_since_assignment_at is None
    told = facts.admin_spoke(facts.admin_spoke(facts.assigned(told, 1020.0), None, 1030.0), None, 1040.0)
    assert told.reply_since_assignment_at == 1030.0
    assert facts.assigned(told, 1050.0).reply_since_assignment_at is None


@pytest.mark.parametrize(
    ("waits", "middle"), [([10.0], 10), ([10.0, 30.0], 20), ([10.0, 30.0, 1000.0], 30), ([], None)]
)
def test_the_time_to_reply_is_the_median_of_all_answers(waits: list[float], middle: int | None) -> None:
    told = reduce(lambda known, wait: facts.admin_spoke(known, 2000.0, 2000.0 + wait), waits, NEW)
    assert statistics_of(told).median_time_to_reply == middle


def test_an_answer_nobody_waited_for_has_no_time() -> None:
    assert facts.admin_spoke(NEW, None, 1100.0).reply_seconds == ()


def test_so_many_reply_times_are_kept() -> None:
    told = NEW
    for n in range(MOST_REPLY_TIMES + 1):
        told = facts.admin_spoke(told, 2000.0, 2000.0 + n)
    assert len(told.reply_seconds) == MOST_REPLY_TIMES
    assert told.reply_seconds[0] == 1.0


def test_statistics_are_unknown_until_something_happens() -> None:
    assert set(asdict(statistics_of(NEW)).values()) == {None}


def test_durations_are_counted_from_the_first_message_and_handling_from_the_assignment() -> None:
    told = facts.closed(facts.admin_spoke(facts.assigned(NEW, 1010.0), 1000.0, 1025.9), 7, 1110.0)
    told = facts.closed(told, 7, 1210.0)
    reckoned = statistics_of(told)
    assert reckoned.time_to_admin_reply == 25
    assert (reckoned.time_to_first_close, reckoned.time_to_last_close) == (110, 210)
    assert reckoned.handling_time == 200


def test_what_was_closed_before_it_was_assigned_was_not_handled() -> None:
    told = facts.assigned(facts.closed(NEW, 7, 1010.0), 1020.0)
    assert statistics_of(told).handling_time is None


def test_reopens_and_parts_are_counted() -> None:
    told = facts.with_part(facts.with_part(facts.reopened(NEW)))
    assert (told.reopens, told.parts) == (1, 2)
