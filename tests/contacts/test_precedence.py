"""Who wins, who stays locked out, and what is remembered of those who lost. Rules R31, R32, R33 and R73."""

from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts.precedence import (
    Lost,
    Origin,
    Source,
    Standing,
    Writer,
    may_write,
    merge,
    origin_of,
    resync,
    unsaid,
    write,
)

SOURCES: tuple[Source, ...] = get_args(Source)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
ADMIN = Writer("manual", "admin:1", 10.0)

# The table of rule R31, row by row.
TABLE = {
    #           empty     operator  ping      rest      csv       manual
    "operator": ("writes", "kept", "kept", "kept", "kept", "kept"),
    "ping": ("writes", "writes", "writes", "writes", "writes", "kept"),
    "rest": ("writes", "writes", "writes", "writes", "writes", "writes"),
    "csv": ("writes", "writes", "writes", "writes", "writes", "writes"),
    "manual": ("writes", "writes", "writes", "writes", "writes", "writes"),
}
OUTCOMES = {
    (source, standing): outcome
    for source, row in TABLE.items()
    for standing, outcome in zip(STANDINGS, row, strict=True)
}


def standing_as(standing: Standing, value: Any = 50) -> tuple[Any, Any]:
    """Values and provenance in which ``size`` was last written by ``standing``."""
    if standing == "empty":
        return {}, None
    return write({}, None, {"size": value}, Writer(standing, f"{standing}:1", 1.0))


def say(state: tuple[Any, Any], source: Source, value: Any, at: float = 20.0) -> tuple[Any, Any]:
    return write(*state, {"size": value}, Writer(source, f"{source}:2", at))


def origin(state: tuple[Any, Any]) -> Origin:
    return origin_of(*state, "size")


@pytest.mark.parametrize(("source", "standing"), list(product(SOURCES, STANDINGS)))
def test_R31_who_wins(source: Source, standing: Standing) -> None:
    before = standing_as(standing)
    after = say(before, source, 200)
    if OUTCOMES[source, standing] == "writes":
        assert after[0] == {"size": 200}
        assert origin(after) == Origin(source, f"{source}:2", 20.0)
    else:
        assert after[0] == {"size": 50}
        lost = Lost(source, 200, f"{source}:2", 20.0)
        assert origin(after) == Origin(standing, f"{standing}:1", 1.0, (lost,))
    assert may_write(source, standing) is (OUTCOMES[source, standing] == "writes")


@pytest.mark.parametrize("source", ["rest", "csv"])
def test_R31_a_program_ends_the_manual_lock(source: Source) -> None:
    state = say(standing_as("manual"), source, 200)
    assert not origin(state).is_locked
    assert say(state, "ping", 7)[0] == {"size": 7}


@pytest.mark.parametrize("source", ["operator", "ping"])
@pytest.mark.parametrize("before", ["empty", "ping", "manual"])
def test_R31_a_manual_blank_is_manual_too_and_stays_locked(source: Source, before: Standing) -> None:
    state = say(standing_as(before), "manual", None)
    assert state[0] == {}
    assert origin(state).is_locked
    after = say(state, source, 50, at=30.0)
    assert after[0] == {}
    assert origin(after).lost == (Lost(source, 50, f"{source}:2", 30.0),)


def test_R31_what_a_program_cleared_is_empty_and_may_be_filled_by_all() -> None:
    state = say(standing_as("manual"), "rest", None)
    assert origin(state).source == "empty"
    assert say(state, "operator", 5)[0] == {"size": 5}


@pytest.mark.parametrize("source", SOURCES)
def test_what_was_said_before_is_not_written_again(source: Source) -> None:
    state = say(standing_as("empty"), source, 50)
    again = say(state, source, 50, at=99.0)
    assert again[0] is state[0]
    assert again[1] is state[1]


def test_what_a_source_said_already_is_no_news() -> None:
    state = write({"old": 1}, None, {"size": 50, "beta": True}, Writer("ping", "messenger", 1.0))
    state = write(*state, {"name": "Acme"}, ADMIN)
    said = {"old": 1, "size": 50, "beta": True}
    assert unsaid(*state, said, "ping") == {}
    assert unsaid(*state, said, "rest") == said
    news = {"size": 51, "beta": 1, "name": "Acme", "new": "x"}
    assert unsaid(*state, news, "ping") == news


def test_true_is_another_value_than_1() -> None:
    state = say(standing_as("ping", 1), "ping", True)
    assert state[0]["size"] is True
    assert say(standing_as("ping", True), "ping", 1)[0]["size"] is not True


def test_an_equal_value_by_another_source_is_theirs_from_then_on() -> None:
    assert origin(say(standing_as("ping"), "rest", 50)).source == "rest"
    assert origin(say(standing_as("ping"), "manual", 50)).is_locked


@pytest.mark.parametrize("source", ["rest", "csv"])
def test_a_blank_over_nothing_says_nothing(source: Source) -> None:
    assert say(({}, None), source, None) == ({}, None)


def test_a_value_from_before_entries_were_kept_is_a_pings() -> None:
    old = ({"size": 50}, None)
    assert origin(old) == Origin("ping")
    assert say(old, "ping", 50) == old
    after = say(old, "operator", 7)
    assert after[0] == {"size": 50}
    assert origin(after).lost == (Lost("operator", 7, "operator:2", 20.0),)
    assert origin(say(old, "ping", 60)) == Origin("ping", "ping:2", 20.0)


# What lost


def test_R33_the_newest_of_each_source_is_kept() -> None:
    state = standing_as("manual", 200)
    for source, value, at in (("ping", 40, 20.0), ("operator", 7, 21.0), ("ping", 50, 22.0)):
        state = say(state, source, value, at)
    assert state[0] == {"size": 200}
    assert origin(state).lost == (
        Lost("operator", 7, "operator:2", 21.0),
        Lost("ping", 50, "ping:2", 22.0),
    )


def test_R33_what_lost_before_loses_again_without_a_write() -> None:
    state = say(standing_as("manual", 200), "ping", 50)
    again = say(state, "ping", 50, at=99.0)
    assert again[1] is state[1]


def test_R33_who_comes_round_to_what_stands_has_lost_nothing() -> None:
    state = say(standing_as("manual", 200), "ping", 50)
    agreed = say(state, "ping", 200)
    assert origin(agreed).lost == ()
    assert say(agreed, "ping", 200)[1] is agreed[1]


def test_R33_what_would_win_now_has_not_lost() -> None:
    state = say(say(standing_as("manual", 200), "ping", 50), "operator", 7)
    by_rest = say(state, "rest", 300)
    assert [lost.source for lost in origin(by_rest).lost] == ["operator"]
    by_hand = say(state, "manual", 50)
    assert [lost.source for lost in origin(by_hand).lost] == ["operator"]


# Re-sync


@pytest.mark.parametrize("value", [50, None])
def test_R32_a_resync_clears_the_value_and_its_lock(value: Any) -> None:
    state = resync(*say(({}, None), "manual", value), "size")
    assert state[0] == {}
    assert origin(state) == Origin("empty")
    for source in ("ping", "operator"):
        assert say(state, source, 7)[0] == {"size": 7}


@pytest.mark.parametrize("standing", ["empty", "operator", "ping", "rest", "csv"])
def test_R32_what_is_not_locked_stays(standing: Standing) -> None:
    state = standing_as(standing)
    assert resync(*state, "size") == state


def test_R32_other_values_stay() -> None:
    state = write({"plan": "pro"}, None, {"size": 50, "name": "Acme"}, ADMIN)
    values, provenance = resync(*state, "size")
    assert values == {"plan": "pro", "name": "Acme"}
    assert origin_of(values, provenance, "name").is_locked


# Merging


def test_R73_own_values_win_and_the_others_fill_the_empty_ones() -> None:
    lead = write({"plan": "free", "seats": 3}, None, {"budget": 9}, ADMIN)
    values, provenance = merge({"plan": "pro"}, None, *lead)
    assert values == {"plan": "pro", "seats": 3, "budget": 9}
    assert origin_of(values, provenance, "budget").is_locked
    assert origin_of(values, provenance, "seats").source == "ping"


def test_R73_locks_travel_blank_or_not() -> None:
    lead = write({}, None, {"size": None}, ADMIN)
    assert origin_of(*merge({}, None, *lead), "size").is_locked
    # A value of the user's own is no empty one.
    assert merge({"size": 50}, None, *lead) == ({"size": 50}, None)
    # And a blank that is locked is not filled.
    values, provenance = merge(*lead, {"size": 50}, None)
    assert values == {}
    assert origin_of(values, provenance, "size").is_locked


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SOURCES),
            st.sampled_from(["a", "b"]),
            st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["x", "y"]),
        ),
        max_size=12,
    )
)
def test_whatever_is_written_a_lock_holds_and_nothing_is_altered_in_place(writes: list[Any]) -> None:
    values: Any = {}
    provenance: Any = None
    for at, (source, name, value) in enumerate(writes):
        before, kept = origin_of(values, provenance, name), (dict(values), repr(provenance))
        new_values, new_provenance = write(values, provenance, {name: value}, Writer(source, "x", at))
        assert (dict(values), repr(provenance)) == kept
        values, provenance = new_values, new_provenance
        if before.is_locked and source in ("operator", "ping"):
            assert values == kept[0]
            assert origin_of(values, provenance, name).is_locked
        lost = [loss.source for loss in origin_of(values, provenance, name).lost]
        assert len(lost) == len(set(lost))
