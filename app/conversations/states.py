"""How a conversation moves between open, closed and snoozed.

Each deed takes the conversation and a moment, and returns it as it is then, with the type of the
part that tells of it: none where nothing happened that is worth a part. A snoozed conversation
wakes by itself: whoever reads one says ``as_of`` first. Rule R70.
"""

from dataclasses import replace
from typing import Final, NamedTuple

from app.conversations.records import Assignee, Conversation, PartType
from app.errors import ParameterInvalid

_LATEST: Final = 253_402_300_800  # the year 10,000


class Move(NamedTuple):
    """What came of a deed."""

    conversation: Conversation
    part_type: PartType | None


def as_of(conversation: Conversation, now: float) -> Conversation:
    """The conversation as it stands at ``now``: one that was snoozed until then, or before, is open."""
    until = conversation.snoozed_until
    if conversation.state != "snoozed" or until is None or now < until:
        return conversation
    return replace(conversation, state="open", snoozed_until=None)


def contact_speaks(conversation: Conversation, at: float) -> Move:
    """A contact says something: it opens what was closed or snoozed, and waits for an answer."""
    heard = replace(
        _touched(conversation, at),
        state="open",
        snoozed_until=None,
        is_read=False,
        waiting_since=at if conversation.waiting_since is None else conversation.waiting_since,
    )
    return Move(heard, "comment" if conversation.state == "open" else "open")


def admin_speaks(conversation: Conversation, at: float) -> Conversation:
    """A teammate answers: nobody waits any more. What is closed or snoozed stays so."""
    return replace(_touched(conversation, at), waiting_since=None)


def close(conversation: Conversation, at: float) -> Move:
    """Close it; one that is closed already stays as it is."""
    if conversation.state == "closed":
        return Move(conversation, None)
    closed = replace(_touched(conversation, at), state="closed", snoozed_until=None, waiting_since=None)
    return Move(closed, "close")


def reopen(conversation: Conversation, at: float) -> Move:
    """Open what is closed or snoozed: a teammate has it before them, so that it is read."""
    if conversation.state == "open":
        return Move(conversation, None)
    opened = replace(_touched(conversation, at), state="open", snoozed_until=None, is_read=True)
    return Move(opened, "open")


def snooze(conversation: Conversation, until: float, at: float) -> Move:
    """Put it aside until a moment to come; raises ParameterInvalid for one that has passed."""
    if not at < until < _LATEST:
        raise ParameterInvalid(f"snoozed_until is {until:.0f}: it must be a moment to come, in Unix seconds")
    return Move(replace(_touched(conversation, at), state="snoozed", snoozed_until=until), "snoozed")


def assign(conversation: Conversation, to: Assignee, at: float) -> Move:
    """Give it to a teammate or a team, or take it from them. Whoever is given one finds it open."""
    admin_id, team_id = conversation.admin_assignee_id, conversation.team_assignee_id
    admin_id, team_id = (to.id, team_id) if to.type == "admin" else (admin_id, to.id)
    given = replace(_touched(conversation, at), admin_assignee_id=admin_id, team_assignee_id=team_id)
    if to.id is None or conversation.state == "open":
        return Move(given, "assignment")
    was_closed = conversation.state == "closed"
    opened = replace(given, state="open", snoozed_until=None)
    return Move(opened, "assign_and_reopen" if was_closed else "assign_and_unsnooze")


def _touched(conversation: Conversation, at: float) -> Conversation:
    return replace(conversation, updated_at=max(conversation.updated_at, at))
