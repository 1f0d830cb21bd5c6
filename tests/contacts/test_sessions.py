"""Sessions: the tables of R10, R11 and R12, and both sides of every boundary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.sessions import (
    SESSION_SECONDS,
    MobileEvent,
    Session,
    opens_mobile_session,
    visit,
)
from app.presence.timing import IDLE_SECONDS, active_after_heartbeat

MIDNIGHT = 1_700_006_400.0
MINUTES = 60.0
HOURS = 3_600.0


def at(clock: str) -> float:
    """Unix seconds of ``hh:mm:ss`` on the first day; hours may go beyond 24."""
    hours, minutes, seconds = (float(part) for part in clock.split(":"))
    return MIDNIGHT + hours * HOURS + minutes * MINUTES + seconds


class Contact:
    """Counts as the operations do: pings ask ``visit``, heartbeats move activity."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.count = 0

    def ping(self, now: float) -> None:
        seen = visit(self.session, now)
        self.session = seen.session
        self.count += seen.is_new

    def heartbeat(self, now: float, visible: bool = True) -> None:
        assert self.session
        active_at = active_after_heartbeat(self.session.active_at, now, visible)
        self.session = Session(self.session.started_at, active_at)

    def heartbeats(self, start: float, end: float, visible: bool) -> None:
        now = start
        while now <= end:
            self.heartbeat(now, visible)
            now += 30.0


def test_R10_the_first_ping_begins_a_session() -> None:
    seen = visit(None, at("10:00:00"))
    assert seen.is_new
    assert seen.session == Session(started_at=at("10:00:00"), active_at=at("10:00:00"))


def test_R10_three_pings_of_the_table() -> None:
    contact = Contact()
    contact.ping(at("10:00:00"))
    assert contact.count == 1
    contact.ping(at("10:30:00"))
    assert contact.count == 1
    contact.ping(at("11:00:01"))
    assert contact.count == 2


@pytest.mark.parametrize(
    ("idle_seconds", "is_new"),
    [
        (0.0, False),
        (IDLE_SECONDS - 0.001, False),
        (IDLE_SECONDS, False),
        (IDLE_SECONDS + 0.001, True),
        (IDLE_SECONDS + 1.0, True),
    ],
)
def test_R10_exactly_30_minutes_is_not_more_than_30(idle_seconds: float, is_new: bool) -> None:
    now = at("10:00:00") + idle_seconds
    seen = visit(Session(at("10:00:00"), at("10:00:00")), now)
    assert seen.is_new is is_new
    assert seen.session == Session(now if is_new else at("10:00:00"), now)


@pytest.mark.parametrize(
    ("age_seconds", "is_new"),
    [
        (SESSION_SECONDS - 0.001, False),
        (SESSION_SECONDS, False),
        (SESSION_SECONDS + 0.001, True),
    ],
)
def test_R10_exactly_24_hours_is_not_more_than_24(age_seconds: float, is_new: bool) -> None:
    now = at("10:00:00") + age_seconds
    assert visit(Session(at("10:00:00"), active_at=now - 60.0), now).is_new is is_new


def test_R10_a_visible_page_with_heartbeats_only_keeps_its_session() -> None:
    contact = Contact()
    contact.ping(at("12:00:00"))
    contact.heartbeats(at("12:00:30"), at("12:50:00"), visible=True)
    contact.ping(at("12:50:00"))
    assert contact.count == 1


def test_R10_a_hidden_page_with_heartbeats_only_loses_its_session() -> None:
    contact = Contact()
    contact.ping(at("12:00:00"))
    contact.heartbeats(at("12:00:30"), at("12:50:00"), visible=False)
    contact.ping(at("12:50:00"))
    assert contact.count == 2


def test_R10_a_waking_pages_heartbeat_does_not_swallow_the_session() -> None:
    contact = Contact()
    contact.ping(at("12:00:00"))
    contact.heartbeat(at("12:45:00"), visible=True)
    contact.ping(at("12:45:01"))
    assert contact.count == 2


def test_R10_a_ping_every_10_minutes_for_two_days() -> None:
    contact = Contact()
    new_at = []
    for step in range(2 * 24 * 6 + 3):
        before, now = contact.count, at("10:00:00") + step * 10 * MINUTES
        contact.ping(now)
        if contact.count > before:
            new_at.append((now - at("10:00:00")) / MINUTES)
    # The first; 24:10, not 24:00; and 24:10 after that one.
    assert new_at == [0, 24 * 60 + 10, 48 * 60 + 20]


def test_R10_heartbeats_do_not_prolong_the_24_hours() -> None:
    contact = Contact()
    contact.ping(at("10:00:00"))
    contact.heartbeats(at("10:00:30"), at("34:00:00"), visible=True)
    contact.ping(at("34:00:01"))
    assert contact.count == 2


@pytest.mark.parametrize(
    ("idle_seconds", "visible", "moves"),
    [
        (30.0, True, True),
        (IDLE_SECONDS, True, True),
        (IDLE_SECONDS + 0.001, True, False),
        (30.0, False, False),
        (IDLE_SECONDS + 0.001, False, False),
    ],
)
def test_R10_a_heartbeat_is_activity_when_visible_and_in_time(
    idle_seconds: float, visible: bool, moves: bool
) -> None:
    start = at("10:00:00")
    now = start + idle_seconds
    assert active_after_heartbeat(start, now, visible) == (now if moves else start)


def test_R11_visits_of_a_visitor_count_by_the_same_rule() -> None:
    visitor = Contact()
    for moment in ("10:00:00", "10:30:00", "11:00:01", "11:31:00", "36:00:00"):
        visitor.ping(at(moment))
    assert visitor.count == 4


def test_a_clock_going_backwards_begins_nothing_and_turns_nothing_back() -> None:
    session = Session(at("10:00:00"), active_at=at("10:20:00"))
    for back in (1.0, IDLE_SECONDS + 1.0, SESSION_SECONDS + 1.0):
        seen = visit(session, session.started_at - back)
        assert not seen.is_new
        assert seen.session == session
        assert active_after_heartbeat(session.active_at, session.active_at - back, True) == session.active_at


moments = st.floats(min_value=1.6e9, max_value=2.0e9)


@given(started=moments, active=moments, now=moments)
def test_R10_the_session_to_store_is_the_new_one_or_the_running_one(
    started: float, active: float, now: float
) -> None:
    seen = visit(Session(started, active), now)
    if seen.is_new:
        assert seen.session == Session(now, now)
    else:
        assert seen.session == Session(started, max(active, now))


@given(now=moments, again=st.floats(min_value=0.0, max_value=IDLE_SECONDS - 1.0))
def test_R10_a_ping_within_the_session_is_counted_once(now: float, again: float) -> None:
    first = visit(None, now)
    assert not visit(first.session, now + again).is_new


@given(gaps=st.lists(st.floats(min_value=0.0, max_value=5_000.0), max_size=60))
def test_R10_counts_are_the_gaps_over_30_minutes_and_the_days_over_24_hours(gaps: list[float]) -> None:
    contact = Contact()
    now = started = at("10:00:00")
    contact.ping(now)
    expected = 1
    for gap in gaps:
        previous, now = now, now + gap
        if now - previous > IDLE_SECONDS or now - started > SESSION_SECONDS:
            expected, started = expected + 1, now
        contact.ping(now)
    assert contact.count == expected


@given(active=moments, now=moments, visible=st.booleans())
def test_R10_a_heartbeat_never_turns_activity_back_and_never_ends_inactivity(
    active: float, now: float, visible: bool
) -> None:
    after = active_after_heartbeat(active, now, visible)
    assert after in (active, now)
    assert after >= active
    assert after == active or now - active <= IDLE_SECONDS


@pytest.mark.parametrize(
    ("opens", "count"),
    [
        ([0.0], 1),
        ([0.0, 19.0], 1),
        ([0.0, 19.999], 1),
        ([0.0, 20.0], 2),
        ([0.0, 15.0, 30.0], 2),
        ([0.0, 15.0, 30.0, 45.0, 50.0], 3),
    ],
)
def test_R12_an_open_counts_20_seconds_after_the_last_counted_one(opens: list[float], count: int) -> None:
    last_counted_at = None
    counted = 0
    for seconds in opens:
        now = at("10:00:00") + seconds
        event: MobileEvent = "register" if last_counted_at is None else "active"
        if opens_mobile_session(event, last_counted_at, now):
            counted, last_counted_at = counted + 1, now
    assert counted == count


@pytest.mark.parametrize("seconds_later", [0.0, 20.0, 86_400.0])
def test_R12_registering_again_opens_nothing(seconds_later: float) -> None:
    assert not opens_mobile_session("register", at("10:00:00"), at("10:00:00") + seconds_later)


def test_R12_the_first_event_counts_though_its_registration_was_lost() -> None:
    assert opens_mobile_session("active", None, at("10:00:00"))


def test_R12_a_clock_going_backwards_opens_nothing() -> None:
    assert not opens_mobile_session("active", at("10:00:00"), at("09:00:00"))
