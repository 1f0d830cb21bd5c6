"""Hold a conversation to change it, and write what became of it: itself, its facts, the part that tells of it."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from app.conversations import facts as rules
from app.conversations import store
from app.conversations.records import Conversation, ConversationId, Facts, Part
from app.conversations.states import as_of
from app.errors import NotFound
from app.ids import AppId, serial_id


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that nobody else changes before this transaction ends. ``stored`` is what the row says."""

    stored: Conversation
    conversation: Conversation
    facts: Facts


def hold(conn: Connection, app_id: AppId, given: object, now: float) -> Held:
    """The conversation that an id names, as digits or a number; raises NotFound."""
    number = serial_id(given)
    found = number and store.find_conversation(conn, app_id, ConversationId(number), to_change=True)
    if not found:
        raise NotFound
    return Held(found, as_of(found, now), store.find_facts(conn, app_id, found.id))


def get_conversation(conn: Connection, app_id: AppId, given: object) -> Conversation:
    """The same, only to be read; raises NotFound."""
    number = serial_id(given)
    found = number and store.find_conversation(conn, app_id, ConversationId(number))
    if not found:
        raise NotFound
    return found


def keep(conn: Connection, held: Held, after: Conversation, facts: Facts, *parts: Part) -> Conversation:
    """Write a conversation as it is now, with the parts that came to it."""
    for part in parts:
        store.insert_part(conn, after.app_id, after.id, part)
        facts = rules.with_part(facts)
    store.update_conversation(conn, held.stored, after)
    if facts != held.facts:
        store.update_facts(conn, after.app_id, after.id, facts)
    return after


def begin(conn: Connection, conversation: Conversation, facts: Facts) -> Conversation:
    """Write a new conversation; returns it with its id."""
    begun = replace(conversation, id=store.insert_conversation(conn, conversation))
    store.insert_facts(conn, begun.app_id, begun.id, facts)
    return begun
