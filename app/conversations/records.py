"""A conversation as it is stored: its first message, the parts that follow, the facts beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NewType

from app.ids import AppId, CompanyId, ContactId

ConversationId = NewType("ConversationId", int)

State = Literal["open", "closed", "snoozed"]
AuthorType = Literal["user", "lead", "admin", "bot"]
AssigneeType = Literal["admin", "team"]
PartType = Literal[
    "comment", "note", "quick_reply", "close", "open", "snoozed",
    "assignment", "assign_and_reopen", "assign_and_unsnooze",
    "participant_added", "participant_removed", "conversation_attribute_updated_by_admin",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Author:
    """Who said or did it: a contact (``user``, ``lead``) or a teammate by id, or the server itself."""

    type: AuthorType
    id: str


BOT = Author("bot", "0")


@dataclass(frozen=True, slots=True)
class Assignee:
    """Whom a conversation is given to; ``id`` is none where it is taken from whoever had it."""

    type: AssigneeType
    id: int | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One row of ``conversations``. ``waiting_since`` is when the contact began to wait for an answer."""

    app_id: AppId
    id: ConversationId
    contact_id: ContactId
    state: State
    is_read: bool
    created_at: float
    updated_at: float
    body: str | None
    author_type: AuthorType
    author_id: str
    is_priority: bool = False
    company_id: CompanyId | None = None
    title: str | None = None
    waiting_since: float | None = None
    snoozed_until: float | None = None
    admin_assignee_id: int | None = None
    team_assignee_id: int | None = None
    source_type: str = "conversation"
    delivered_as: str = "customer_initiated"
    subject: str | None = None
    source_url: str | None = None
    words: str = ""
    """Those of ``body``, as ``bodies.words_of`` makes them."""
    attachments: tuple[str, ...] = ()
    is_redacted: bool = False
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def author(self) -> Author:
        return Author(self.author_type, self.author_id)


@dataclass(frozen=True, slots=True)
class Part:
    """One row of ``conversation_parts``; ``state`` is the conversation's, once the part was in it.

    ``details`` are what its type asks for: ``attribute`` and ``value``, ``quick_reply_options``, ``quick_reply_uuid``.
    """

    type: PartType
    author: Author
    created_at: float
    state: State
    body: str | None = None
    assigned_to: Assignee | None = None
    attachments: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    is_redacted: bool = False
    updated_at: float = 0.0
    id: int = 0
    """Given by the database."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One row of ``conversation_facts``: moments and counts, without a word or a name. Rule R63."""

    created_at: float
    first_admin_reply_at: float | None = None
    last_admin_reply_at: float | None = None
    first_contact_reply_at: float | None = None
    last_contact_reply_at: float | None = None
    first_assignment_at: float | None = None
    last_assignment_at: float | None = None
    assignment_before_reply_at: float | None = None
    reply_since_assignment_at: float | None = None
    first_closed_at: float | None = None
    last_closed_at: float | None = None
    last_closed_by_id: int | None = None
    reply_seconds: tuple[float, ...] = ()
    median_reply_seconds: float | None = None
    reopens: int = 0
    assignments: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Rating:
    """CSAT: it stays when its contact goes. Rules R63, R71."""

    rating: int
    remark: str | None
    rated_at: float
    contact_id: ContactId | None
    admin_id: int | None
