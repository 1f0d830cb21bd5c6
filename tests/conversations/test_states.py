"""How a conversation moves between open, closed and snoozed. Rule R70."""

from dataclasses import replace
from typing import Any

import pytest

from app.conversations import states
from app.conversations.records import Assignee, Conversation, ConversationId, PartType, State
from app.conversations.states import Move, as_of
from app.errors import ParameterInvalid
from app.ids import AppId, ContactId

NOW = 1_700_000_000.0
BEGUN = NOW - 100


def conversation(state: State = "open", **told: Any) -> Conversation:
    made = Conversation(
        app_id=AppId("uacme123"),
        id=ConversationId(1),
        contact_id=ContactId("c" * 24),
        state=state,
        is_read=False,
        created_at=BEGUN,
        updated_at=BEGUN,
        body="<p>Hi</p>",
        author_type="user",
        author_id="c" * 24,
        snoozed_until=NOW + 60 if state == "snoozed" else None,
    )
    return replace(made, **told)


@pytest.mark.parametrize(
    ("before", "part_type"), [("open", "comment"), ("closed", "open"), ("snoozed", "open")]
)
def test_R70_what_a_contact_says_opens_the_conversation(before: State, part_type: PartType) -> None:
    after, told = states.contact_speaks(conversation(before, is_read=True), NOW)
    assert (after.state, after.snoozed_until, after.is_read, told) == ("open", None, False, part_type)
    assert (after.waiting_since, after.updated_at) == (NOW, NOW)


def test_a_contact_waits_from_the_first_word_that_was_not_answered() -> None:
    first = states.contact_speaks(conversation(), NOW).conversation
    assert states.contact_speaks(first, NOW + 9).conversation.waiting_since == NOW
    answered = states.admin_speaks(first, NOW + 10)
    assert answered.waiting_since is None
    assert states.contact_speaks(answered, NOW + 20).conversation.waiting_since == NOW + 20


@pytest.mark.parametrize("before", ["open", "closed", "snoozed"])
def test_what_a_teammate_says_leaves_the_state_alone(before: State) -> None:
    assert states.admin_speaks(conversation(before), NOW).state == before


@pytest.mark.parametrize(("before", "part_type"), [("open", "close"), ("snoozed", "close"), ("closed", None)])
def test_R70_close(before: State, part_type: PartType | None) -> None:
    after, told = states.close(conversation(before), NOW)
    assert (after.state, after.snoozed_until, after.waiting_since, told) == ("closed", None, None, part_type)


@pytest.mark.parametrize(("before", "part_type"), [("open", None), ("snoozed", "open"), ("closed", "open")])
def test_R70_reopen(before: State, part_type: PartType | None) -> None:
    after, told = states.reopen(conversation(before), NOW)
    assert (after.state, after.snoozed_until, told) == ("open", None, part_type)
    assert after.is_read is (part_type is not None)


@pytest.mark.parametrize("before", ["open", "closed", "snoozed"])
def test_R70_snooze(before: State) -> None:
    after, told = states.snooze(conversation(before), NOW + 1, NOW)
    assert (after.state, after.snoozed_until, told) == ("snoozed", NOW + 1, "snoozed")


@pytest.mark.parametrize("until", [NOW, NOW - 1, 0.0, 253_402_300_800.0, 1e18])
def test_nothing_is_snoozed_until_a_moment_that_has_passed_or_never_comes(until: float) -> None:
    with pytest.raises(ParameterInvalid, match="snoozed_until is"):
        states.snooze(conversation(), until, NOW)


@pytest.mark.parametrize(("at", "state"), [(NOW - 0.001, "snoozed"), (NOW, "open"), (NOW + 1, "open")])
def test_a_snoozed_conversation_wakes_at_its_moment(at: float, state: State) -> None:
    woken = as_of(conversation("snoozed", snoozed_until=NOW), at)
    assert woken.state == state
    assert (woken.snoozed_until is None) is (state == "open")


@pytest.mark.parametrize("state", ["open", "closed"])
def test_what_is_not_snoozed_does_not_wake(state: State) -> None:
    assert as_of(conversation(state), NOW).state == state


@pytest.mark.parametrize(
    ("before", "to", "after", "part_type"),
    [
        ("open", Assignee("admin", 7), "open", "assignment"),
        ("closed", Assignee("admin", 7), "open", "assign_and_reopen"),
        ("snoozed", Assignee("team", 9), "open", "assign_and_unsnooze"),
        ("open", Assignee("admin", None), "open", "assignment"),
        ("closed", Assignee("admin", None), "closed", "assignment"),
        ("snoozed", Assignee("team", None), "snoozed", "assignment"),
    ],
)
def test_R70_assign(before: State, to: Assignee, after: State, part_type: PartType) -> None:
    given, told = states.assign(conversation(before, admin_assignee_id=1, team_assignee_id=2), to, NOW)
    assert (given.state, told) == (after, part_type)
    had = {"admin": 1, "team": 2} | {to.type: to.id}
    assert {"admin": given.admin_assignee_id, "team": given.team_assignee_id} == had


def test_what_is_said_to_have_been_said_long_ago_does_not_set_the_clock_back() -> None:
    assert states.admin_speaks(conversation(updated_at=NOW), NOW - 50).updated_at == NOW


def test_a_move_is_the_conversation_and_the_part_that_tells_of_it() -> None:
    assert Move._fields == ("conversation", "part_type")
