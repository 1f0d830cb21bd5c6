"""Pings and time: web sessions, visits, mobile sessions, and what companies get of them. Rules R10 to R14."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.contacts.agents import read_agent
from support.recording import NOW, Recorder


def at(clock: str) -> float:
    """``10:30:00`` of the first day, ``24:10:00`` of the next: seconds since its midnight."""
    hours, minutes, seconds = map(int, clock.split(":"))
    return datetime(2023, 11, 15, tzinfo=UTC).timestamp() + hours * 3600 + minutes * 60 + seconds


# Sessions of people


def test_R10_the_table_of_sessions(recorder: Recorder) -> None:
    def count(moment: str) -> int:
        return recorder.ping({"user_id": "42"}, at=at(moment)).contact.session_count

    assert [count("10:00:00"), count("10:30:00"), count("11:00:01")] == [1, 1, 2]


def test_R10_a_ping_every_ten_minutes_for_two_days(recorder: Recorder) -> None:
    began = [
        minutes
        for minutes in range(0, 48 * 60 + 21, 10)
        if recorder.ping({"user_id": "42"}, at=at("10:00:00") + minutes * 60).new_session
    ]
    assert began == [0, 24 * 60 + 10, 48 * 60 + 20]


@pytest.mark.parametrize(("active_at", "count"), [("12:50:00", 1), ("12:20:00", 1), ("12:19:59", 2)])
def test_R10_activity_between_pings_is_known_from_memory(
    recorder: Recorder, active_at: str, count: int
) -> None:
    recorder.ping({"user_id": "42"}, at=at("12:00:00"))
    recorded = recorder.ping({"user_id": "42"}, at=at("12:50:00"), active_at=lambda *_: at(active_at))
    assert recorded.contact.session_count == count


def test_R10_the_newer_of_memory_and_database_counts(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42"}, at=at("12:00:00"))
    recorded = recorder.ping({"user_id": "42"}, at=at("12:20:00"), active_at=lambda *_: at("11:00:00"))
    assert (recorded.contact.session_count, recorded.contact.active_at) == (1, at("12:20:00"))


def test_R11_visits_are_counted_alike(recorder: Recorder) -> None:
    counts = [
        recorder.ping({"anonymous_id": "a1"}, at=at(moment)).contact.session_count
        for moment in ("10:00:00", "10:30:00", "11:00:01")
    ]
    assert counts == [1, 1, 2]


@pytest.mark.parametrize("platform", ["ios", "android"])
@pytest.mark.parametrize(
    ("events", "count"),
    [
        ([("register", 0), ("active", 19)], 1),
        ([("register", 0), ("active", 20)], 2),
        ([("register", 0), ("active", 15), ("active", 30)], 2),
        ([("register", 0), ("register", 60)], 1),
        ([("register", 0), ("active", 0), ("active", 20)], 2),
        ([("register", 0), ("active", 20), ("active", 39)], 2),
        ([("register", 0), ("active", 20), ("active", 40)], 3),
        ([("active", 0), ("active", 19.9)], 1),
        ([("page", 0), ("apiUpdate", 60)], 0),
    ],
)
def test_R12_mobile_sessions(
    recorder: Recorder, platform: str, events: list[tuple[str, float]], count: int
) -> None:
    for source, seconds in events:
        recorded = recorder.ping({"user_id": "42"}, at=NOW + seconds, platform=platform, source=source)
    counts = {"ios": recorded.contact.ios_session_count, "android": recorded.contact.android_session_count}
    assert counts.pop(platform) == count
    assert (*counts.values(), recorded.contact.session_count) == (0, 0)


def test_R12_each_platform_has_its_own_count(recorder: Recorder) -> None:
    for platform in ("ios", "android"):
        assert recorder.ping({"user_id": "42"}, platform=platform, source="register").new_session
    recorded = recorder.ping({"user_id": "42"}, source="register")
    contact = recorded.contact
    assert (contact.ios_session_count, contact.android_session_count, contact.session_count) == (1, 1, 1)


def test_R10_a_ping_of_an_app_is_activity_and_begins_no_web_session(recorder: Recorder) -> None:
    def count(minutes: float, platform: str) -> tuple[int, int]:
        told = {"platform": platform, "source": "active" if platform == "ios" else "page"}
        contact = recorder.ping({"user_id": "42"}, at=NOW + minutes * 60, **told).contact
        return contact.session_count, contact.ios_session_count

    assert [count(0, "web"), count(40, "ios"), count(50, "web"), count(80, "web"), count(111, "web")] == [
        (1, 0),
        (1, 1),
        (1, 1),
        (1, 1),
        (2, 1),
    ]


def test_R12_a_mobile_browser_counts_as_web(recorder: Recorder) -> None:
    agent = read_agent(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile/15E148 Safari/604.1"
    )
    contact = recorder.ping({"user_id": "42"}, source="active", agent=agent).contact
    assert (contact.session_count, contact.ios_session_count, contact.device) == (1, 0, "mobile")


# Companies


def companies_of(recorder: Recorder) -> dict[str, tuple[int, float | None]]:
    rows = recorder.conn.exec_driver_sql("SELECT company_id, session_count, last_seen_at FROM companies")
    return {row[0]: (row[1], row[2]) for row in rows}


def test_R13_a_ping_that_begins_a_session_credits_its_one_company(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42", "company": {"company_id": "6"}})
    recorder.ping({"user_id": "42", "company": {"company_id": "6"}}, at=NOW + 600)
    assert companies_of(recorder) == {"6": (1, NOW + 600)}


def test_R13_a_ping_with_the_company_in_a_running_session_adds_nothing(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42"})
    recorder.ping({"user_id": "42", "company": {"company_id": "6"}}, at=NOW + 600)
    assert companies_of(recorder) == {"6": (0, NOW + 600)}


def test_R13_several_companies_are_attached_and_none_is_credited(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42", "companies": [{"company_id": "6"}, {"company_id": "7"}]})
    assert companies_of(recorder) == {"6": (0, NOW), "7": (0, NOW)}


def test_R13_a_ping_without_a_company_credits_none(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42", "company": {"company_id": "6"}})
    recorder.ping({"user_id": "42"}, at=NOW + 7_200)
    assert companies_of(recorder) == {"6": (1, NOW)}


def test_R13_a_visitor_that_signs_in_begins_a_session_of_a_user(recorder: Recorder) -> None:
    recorder.ping({"anonymous_id": "a1"})
    recorder.ping({"anonymous_id": "a1", "user_id": "42", "company": {"company_id": "6"}}, at=NOW + 60)
    assert companies_of(recorder) == {"6": (1, NOW + 60)}


def test_R13_the_session_of_a_lead_that_signs_in_goes_on(recorder: Recorder) -> None:
    lead = recorder.ping({"anonymous_id": "a1"}).contact
    recorder.change(lead.id, role="lead")
    signed_in = {"anonymous_id": "a1", "user_id": "42", "company": {"company_id": "6"}}
    assert recorder.ping(signed_in, at=NOW + 600).contact.session_count == 1
    assert companies_of(recorder) == {"6": (0, NOW + 600)}
    assert recorder.ping(signed_in, at=NOW + 2_401).contact.session_count == 2
    assert companies_of(recorder) == {"6": (1, NOW + 2_401)}


def test_companies_are_not_kept_for_visitors(recorder: Recorder) -> None:
    recorded = recorder.ping({"anonymous_id": "a1", "company": {"company_id": "6"}})
    assert [problem.name for problem in recorded.problems] == ["company"]
    assert companies_of(recorder) == {}


def test_R14_a_user_only_ping_moves_the_users_last_seen_alone(recorder: Recorder) -> None:
    recorder.ping({"user_id": "42", "company": {"company_id": "6"}})
    recorder.ping({"user_id": "42"}, at=NOW + 60)
    assert companies_of(recorder)["6"][1] == NOW
    assert recorder.rows()[0]["last_seen_at"] == NOW + 60


SIX, SEVEN = {"company_id": "6"}, {"company_id": "7"}
ADA, JOE = {"user_id": "42"}, {"user_id": "43"}


@pytest.mark.parametrize(
    ("pings", "sessions"),
    [
        # Two pings: the second begins a session or not, and carries one company, several, or none.
        ([(0, ADA | {"company": SIX}), (1_800, ADA | {"company": SIX})], {"6": 1}),
        ([(0, ADA | {"company": SIX}), (1_801, ADA | {"company": SIX})], {"6": 2}),
        ([(0, ADA | {"company": SIX}), (1_801, ADA)], {"6": 1}),
        ([(0, ADA | {"company": SIX}), (1_801, ADA | {"company": SEVEN})], {"6": 1, "7": 1}),
        ([(0, ADA | {"company": SIX}), (1_801, ADA | {"companies": [SIX, SEVEN]})], {"6": 1, "7": 0}),
        ([(0, ADA), (600, ADA | {"company": SIX}), (1_200, ADA | {"company": SEVEN})], {"6": 0, "7": 0}),
        ([(0, ADA), (600, ADA | {"company": SIX}), (2_401, ADA | {"company": SIX})], {"6": 1}),
        # One company in whatever form, and one that is named twice.
        ([(0, ADA | {"companies": [SIX]})], {"6": 1}),
        ([(0, ADA | {"company": SIX, "companies": [SIX]})], {"6": 1}),
        ([(0, ADA | {"company": SIX, "companies": [SEVEN]})], {"6": 0, "7": 0}),
        ([(0, ADA | {"company": {"id": 6}})], {"6": 1}),
        # What names no company is none.
        ([(0, ADA | {"company": {"name": "Blue Sun"}})], {}),
        ([(0, ADA | {"company": {"company_id": ""}})], {}),
        ([(0, ADA | {"companies": []})], {}),
        # Each user's sessions count for the company.
        ([(0, ADA | {"company": SIX}), (0, JOE | {"company": SIX})], {"6": 2}),
        ([(0, ADA | {"companies": [SIX, SEVEN]}), (0, JOE | {"company": SEVEN})], {"6": 0, "7": 1}),
    ],
)
def test_R13_the_table_of_company_sessions(
    recorder: Recorder, pings: list[tuple[float, dict[str, Any]]], sessions: dict[str, int]
) -> None:
    for seconds, user_data in pings:
        recorder.ping(user_data, at=NOW + seconds)
    assert {name: counted for name, (counted, _) in companies_of(recorder).items()} == sessions


def test_R13_a_session_that_turns_24_hours_old_makes_one_more(recorder: Recorder) -> None:
    for minutes in range(0, 24 * 60 + 1, 10):
        recorder.ping(ADA | {"company": SIX}, at=NOW + minutes * 60)
    assert companies_of(recorder)["6"][0] == 1
    recorder.ping(ADA | {"company": SIX}, at=NOW + 86_401)
    assert companies_of(recorder)["6"][0] == 2


@pytest.mark.parametrize("platform", ["ios", "android"])
def test_R13_a_mobile_session_is_no_session_of_a_company(recorder: Recorder, platform: str) -> None:
    recorder.ping(ADA | {"company": SIX}, platform=platform, source="register")
    assert companies_of(recorder) == {"6": (0, NOW)}


@pytest.mark.parametrize(
    ("user_data", "seen"),
    [
        (ADA | {"company": SIX}, {"6": 60, "7": 0}),
        (ADA | {"companies": [SIX, SEVEN]}, {"6": 60, "7": 60}),
        (ADA, {"6": 0, "7": 0}),
        (JOE | {"company": SEVEN}, {"6": 0, "7": 60}),
        ({"anonymous_id": "a1", "company": SIX}, {"6": 0, "7": 0}),
    ],
)
def test_R14_the_table_of_who_was_seen(
    recorder: Recorder, user_data: dict[str, Any], seen: dict[str, float]
) -> None:
    recorder.ping(ADA | {"companies": [SIX, SEVEN]})
    recorder.ping(user_data, at=NOW + 60)
    assert {name: at - NOW for name, (_, at) in companies_of(recorder).items() if at} == seen
