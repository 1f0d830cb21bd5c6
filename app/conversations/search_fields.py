"""The fields that conversations can be searched by, and what stands for each in SQL.

Most lie in the conversation's own row; statistics and ratings beside it; ids of people and tags in
tables of their own. What the public description names and nobody tells us about (the AI agent) is
unknown of every conversation, so that a search for it finds none and fails for nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Double,
    Text,
    and_,
    case,
    cast,
    false,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.search.fields import Field, Kind
from app.storage.tables import (
    contacts,
    conversation_contacts,
    conversation_facts,
    conversation_parts,
    conversation_ratings,
    conversations,
    taggings,
)

Expression: TypeAlias = Callable[[float], ColumnElement[Any]]
"""What a field is in SQL, at the moment that is given."""

BODY: Final = "source.body"
"""Searched by its words, not as a whole."""

AUTHOR_EMAIL: Final = "source.author.email"
"""One whatever its case, as contacts' own."""


@dataclass(frozen=True, slots=True)
class ConversationFields:
    """Conversations' fields as REST names them."""

    def find(self, name: str) -> Field | None:
        kind = KINDS.get(name)
        return None if kind is None else Field(name, kind, ignores_case=name == AUTHOR_EMAIL)


class _Whole(FunctionElement[float]):
    """A moment without its fraction, as it is answered."""

    type = Double()
    inherit_cache = True
    name = "whole"


@compiles(_Whole, "sqlite")
def _whole_of_sqlite(element: _Whole, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS INTEGER)"


@compiles(_Whole, "postgresql")
def _whole_of_postgres(element: _Whole, compiler: Any, **options: Any) -> str:
    return f"FLOOR({compiler.process(element.clauses, **options)})"


def _column(column: Column[Any]) -> Expression:
    return lambda _now: column


def _is_awake(now: float) -> ColumnElement[bool]:
    return and_(conversations.c.state == "snoozed", conversations.c.snoozed_until <= literal(now, Double))


def _state(now: float) -> ColumnElement[Any]:
    """As it stands now: what was snoozed until then, or before, is open."""
    return case((_is_awake(now), literal("open", Text)), else_=conversations.c.state)


def _snoozed_until(now: float) -> ColumnElement[Any]:
    return case((_is_awake(now), null()), else_=conversations.c.snoozed_until)


def _fact(value: ColumnElement[Any]) -> Expression:
    beside = select(value).where(
        conversation_facts.c.app_id == conversations.c.app_id,
        conversation_facts.c.conversation_id == conversations.c.id,
    )
    return lambda _now: beside.scalar_subquery()


def _since_creation(ended: Column[Any]) -> Expression:
    begun = conversation_facts.c.created_at
    return _fact(case((ended >= begun, _Whole(ended) - _Whole(begun)), else_=null()))


def _rating(value: ColumnElement[Any]) -> Expression:
    beside = select(value).where(
        conversation_ratings.c.app_id == conversations.c.app_id,
        conversation_ratings.c.conversation_id == conversations.c.id,
    )
    return lambda _now: beside.scalar_subquery()


def _author(column: str) -> Expression:
    author = contacts.alias("author")
    beside = select(author.c[column]).where(
        author.c.app_id == conversations.c.app_id,
        author.c.id == conversations.c.author_id,
        author.c.deleted_at.is_(None),
    )
    return lambda _now: beside.scalar_subquery()


def _unknown(_now: float) -> ColumnElement[Any]:
    return null()


_ID: Final = cast(conversations.c.id, Text)
_PRIORITY: Final = case(
    (conversations.c.is_priority, literal("priority", Text)), else_=literal("not_priority", Text)
)
_FACTS: Final = conversation_facts.c

_EXPRESSIONS: Final[Mapping[Kind, Mapping[str, Expression]]] = {
    "text": {
        "id": lambda _now: _ID,
        "source.type": _column(conversations.c.source_type),
        "source.id": lambda _now: _ID,
        "source.delivered_as": _column(conversations.c.delivered_as),
        "source.subject": _column(conversations.c.subject),
        BODY: _column(conversations.c.words),
        "source.author.id": _column(conversations.c.author_id),
        "source.author.type": _column(conversations.c.author_type),
        "source.author.name": _author("name"),
        AUTHOR_EMAIL: _author("email_key"),
        "source.url": _column(conversations.c.source_url),
        "channel_initiated": _column(conversations.c.source_type),
        "state": _state,
        "priority": lambda _now: _PRIORITY,
        "statistics.last_closed_by_id": _fact(cast(_FACTS.last_closed_by_id, Text)),
        "conversation_rating.remark": _rating(conversation_ratings.c.remark),
        "conversation_rating.contact_id": _rating(conversation_ratings.c.contact_id),
        "conversation_rating.admin_id": _rating(cast(conversation_ratings.c.admin_id, Text)),
        # As the public description spells it.
        "conversation_rating.admin_d": _rating(cast(conversation_ratings.c.admin_id, Text)),
        "ai_agent.resolution_state": _unknown,
        "ai_agent.last_answer_type": _unknown,
        "ai_agent.rating_remark": _unknown,
        "ai_agent.source_type": _unknown,
        "ai_agent.source_title": _unknown,
    },
    "number": {
        "admin_assignee_id": _column(conversations.c.admin_assignee_id),
        "team_assignee_id": _column(conversations.c.team_assignee_id),
        "statistics.time_to_assignment": _since_creation(_FACTS.assignment_before_reply_at),
        "statistics.time_to_admin_reply": _since_creation(_FACTS.first_admin_reply_at),
        "statistics.time_to_first_close": _since_creation(_FACTS.first_closed_at),
        "statistics.time_to_last_close": _since_creation(_FACTS.last_closed_at),
        "statistics.median_time_to_reply": _fact(_Whole(_FACTS.median_reply_seconds)),
        "statistics.count_reopens": _fact(_FACTS.reopens),
        "statistics.count_assignments": _fact(_FACTS.assignments),
        "statistics.count_conversation_parts": _fact(_FACTS.parts),
        "conversation_rating.score": _rating(conversation_ratings.c.rating),
        "ai_agent.rating": _unknown,
    },
    "date": {
        "created_at": _column(conversations.c.created_at),
        "updated_at": _column(conversations.c.updated_at),
        "waiting_since": _column(conversations.c.waiting_since),
        "snoozed_until": _snoozed_until,
        "statistics.first_contact_reply_at": _fact(_FACTS.first_contact_reply_at),
        "statistics.first_assignment_at": _fact(_FACTS.first_assignment_at),
        "statistics.first_admin_reply_at": _fact(_FACTS.first_admin_reply_at),
        "statistics.first_close_at": _fact(_FACTS.first_closed_at),
        "statistics.last_assignment_at": _fact(_FACTS.last_assignment_at),
        "statistics.last_assignment_admin_reply_at": _fact(_FACTS.reply_since_assignment_at),
        "statistics.last_contact_reply_at": _fact(_FACTS.last_contact_reply_at),
        "statistics.last_admin_reply_at": _fact(_FACTS.last_admin_reply_at),
        "statistics.last_close_at": _fact(_FACTS.last_closed_at),
        "conversation_rating.requested_at": _rating(conversation_ratings.c.rated_at),
        "conversation_rating.replied_at": _rating(conversation_ratings.c.rated_at),
    },
    "boolean": {
        "open": lambda _now: conversations.c.state != "closed",
        "read": _column(conversations.c.is_read),
        "ai_agent_participated": lambda _now: cast(false(), Boolean),
    },
}
EXPRESSIONS: Final[Mapping[str, Expression]] = {
    name: expression for named in _EXPRESSIONS.values() for name, expression in named.items()
}

ZERO_IS_NOBODY: Final = frozenset({"admin_assignee_id", "team_assignee_id"})


_people = contacts.alias("people")
_brought_in = (
    select(conversation_contacts.c.contact_id)
    .where(
        conversation_contacts.c.app_id == conversations.c.app_id,
        conversation_contacts.c.conversation_id == conversations.c.id,
        conversation_contacts.c.left_at.is_(None),
    )
    .correlate(conversations)
)
# Fields of which a conversation has several: the rows that are its own, by the column that is compared.
RELATED: Final[Mapping[str, tuple[ColumnElement[Any], list[ColumnElement[bool]]]]] = {
    "contact_ids": (
        _people.c.id,
        [
            _people.c.app_id == conversations.c.app_id,
            _people.c.deleted_at.is_(None),
            or_(_people.c.id == conversations.c.contact_id, _people.c.id.in_(_brought_in)),
        ],
    ),
    "teammate_ids": (
        conversation_parts.c.author_id,
        [
            conversation_parts.c.app_id == conversations.c.app_id,
            conversation_parts.c.conversation_id == conversations.c.id,
            conversation_parts.c.author_type == "admin",
        ],
    ),
    "tag_ids": (
        cast(taggings.c.tag_id, Text),
        [
            taggings.c.app_id == conversations.c.app_id,
            taggings.c.kind == "conversation",
            taggings.c.subject_id == _ID,
        ],
    ),
}
KINDS: Final[Mapping[str, Kind]] = {
    **{name: kind for kind, named in _EXPRESSIONS.items() for name in named},
    **dict.fromkeys(RELATED, "text"),
}
