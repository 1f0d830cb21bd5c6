"""Conversations page by page, what changed last first."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, tuple_

from app.conversations.records import Conversation, ConversationId
from app.conversations.store import conversation_of, visible
from app.ids import AppId
from app.storage.tables import conversations


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation's place in the list."""

    updated_at: float
    id: ConversationId


def conversations_after(
    conn: Connection, app_id: AppId, place: Place | None, most: int, *conditions: ColumnElement[bool]
) -> list[Conversation]:
    """Those that meet the conditions, behind ``place`` or from the start; at most ``most``."""
    key = tuple_(conversations.c.updated_at, conversations.c.id)
    statement = visible(app_id).where(*conditions)
    if place is not None:
        statement = statement.where(key < tuple_(place.updated_at, place.id))
    statement = statement.order_by(conversations.c.updated_at.desc(), conversations.c.id.desc()).limit(most)
    return [conversation_of(row) for row in conn.execute(statement)]


def count_conversations(conn: Connection, app_id: AppId, *conditions: ColumnElement[bool]) -> int:
    return int(conn.execute(visible(app_id, func.count()).where(*conditions)).scalar_one())
