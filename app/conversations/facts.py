"""What happens to a conversation, as bare moments and counts: what reports and statistics read.

They hold no word and no name, and outlive the conversation. All moments are Unix seconds. Rule R63.
"""

from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from app.conversations.records import Facts

MOST_REPLY_TIMES: Final = 500


def contact_spoke(facts: Facts, at: float) -> Facts:
    return replace(
        facts,
        first_contact_reply_at=_first(facts.first_contact_reply_at, at),
        last_contact_reply_at=at,
    )


def admin_spoke(facts: Facts, waiting_since: float | None, at: float) -> Facts:
    """A teammate answered whoever had waited since ``waiting_since``; none: nobody had."""
    times = facts.reply_seconds
    if waiting_since is not None:
        times = (*times, max(at - waiting_since, 0.0))[-MOST_REPLY_TIMES:]
    since_assignment = facts.reply_since_assignment_at
    if since_assignment is None and facts.last_assignment_at is not None:
        since_assignment = at
    return replace(
        facts,
        first_admin_reply_at=_first(facts.first_admin_reply_at, at),
        last_admin_reply_at=at,
        reply_since_assignment_at=since_assignment,
        reply_seconds=times,
        median_reply_seconds=median(times) if times else None,
    )


def assigned(facts: Facts, at: float) -> Facts:
    is_answered = facts.first_admin_reply_at is not None
    return replace(
        facts,
        first_assignment_at=_first(facts.first_assignment_at, at),
        last_assignment_at=at,
        assignment_before_reply_at=facts.assignment_before_reply_at if is_answered else at,
        reply_since_assignment_at=None,
        assignments=facts.assignments + 1,
    )


def closed(facts: Facts, admin_id: int | None, at: float) -> Facts:
    return replace(
        facts,
        first_closed_at=_first(facts.first_closed_at, at),
        last_closed_at=at,
        last_closed_by_id=admin_id,
    )


def reopened(facts: Facts) -> Facts:
    return replace(facts, reopens=facts.reopens + 1)


def with_part(facts: Facts) -> Facts:
    return replace(facts, parts=facts.parts + 1)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Durations in whole seconds; none for what has not happened."""

    time_to_assignment: int | None
    time_to_admin_reply: int | None
    time_to_first_close: int | None
    time_to_last_close: int | None
    median_time_to_reply: int | None
    handling_time: int | None


def statistics_of(facts: Facts) -> Statistics:
    """What can be reckoned from the facts. There are no office hours: every second counts."""
    return Statistics(
        time_to_assignment=_seconds(facts.created_at, facts.assignment_before_reply_at),
        time_to_admin_reply=_seconds(facts.created_at, facts.first_admin_reply_at),
        time_to_first_close=_seconds(facts.created_at, facts.first_closed_at),
        time_to_last_close=_seconds(facts.created_at, facts.last_closed_at),
        median_time_to_reply=None if facts.median_reply_seconds is None else int(facts.median_reply_seconds),
        handling_time=_seconds(facts.first_assignment_at, facts.last_closed_at),
    )


def _first(known: float | None, at: float) -> float:
    return at if known is None else known


def _seconds(begun: float | None, ended: float | None) -> int | None:
    """None also where it ended before it began: closed first, then assigned."""
    if begun is None or ended is None or ended < begun:
        return None
    return int(ended) - int(begun)
