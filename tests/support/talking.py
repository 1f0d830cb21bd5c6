"""A small inbox to test conversations at: one workspace, a teammate, contacts, and every deed by one call."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.auth.admins import create_admin
from app.contacts.drafts import read_draft
from app.contacts.operations import create_contact
from app.conversations import changes, operations, orders, store
from app.conversations.pictures import Picture, picture_of
from app.conversations.records import Conversation, ConversationId, Facts, Part
from app.conversations.saving import get_conversation
from app.ids import AdminId, AppId, ContactId
from app.storage.tables import audit_log, contacts, webhook_deliveries, webhooks
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW

BY = Actor("token", "7")


@dataclass
class InboxDesk:
    """``now`` is where its clock stands; it moves when a test says so."""

    conn: Connection
    app_id: AppId
    admin_id: AdminId
    now: float = NOW

    def contact(self, **told: Any) -> ContactId:
        draft = read_draft({"role": "user", **told})
        return create_contact(self.conn, self.app_id, draft, actor=BY, now=self.now).id

    def visitor(self, anonymous_id: str) -> ContactId:
        contact_id = self.contact(role="lead")
        mine = contacts.update().where(contacts.c.id == contact_id)
        self.conn.execute(mine.values(role="visitor", anonymous_id=anonymous_id))
        return contact_id

    def begins(self, contact_id: str, body: str = "Hello", **told: Any) -> Conversation:
        opening = orders.read_opening({"from": {"type": "contact", "id": contact_id}, "body": body} | told)
        return operations.begin_conversation(self.conn, self.app_id, opening, actor=BY, now=self.now)

    def contact_says(self, given: object, contact_id: str, body: str = "And?", **told: Any) -> Conversation:
        said = {"message_type": "comment", "type": "user", "intercom_user_id": contact_id, "body": body}
        return self.replies(given, said | told)

    def admin_says(self, given: object, body: str = "Hi", **told: Any) -> Conversation:
        said = {"message_type": "comment", "type": "admin", "admin_id": self.admin_id, "body": body}
        return self.replies(given, said | told)

    def replies(self, given: object, body: dict[str, Any]) -> Conversation:
        order = orders.read_reply(body)
        return operations.reply(self.conn, self.app_id, given, order, actor=BY, now=self.now)

    def manages(self, given: object, message_type: str, **told: Any) -> Conversation:
        body = {"message_type": message_type, "type": "admin", "admin_id": self.admin_id} | told
        order = orders.read_management(body)
        return operations.manage(self.conn, self.app_id, given, order, actor=BY, now=self.now)

    def changes(self, given: object, **told: Any) -> Conversation:
        named = orders.read_changes(told)
        return changes.change_conversation(self.conn, self.app_id, given, named, actor=BY, now=self.now)

    def picture(self, given: object) -> Picture:
        return picture_of(self.conn, get_conversation(self.conn, self.app_id, given), self.now)

    def parts(self, conversation_id: ConversationId) -> list[Part]:
        return store.parts_of(self.conn, self.app_id, conversation_id, 500)

    def facts(self, conversation_id: ConversationId) -> Facts:
        return store.find_facts(self.conn, self.app_id, conversation_id)

    def hides(self, contact_id: str, deleted_at: float | None) -> None:
        """Delete a contact, or bring it back."""
        mine = contacts.update().where(contacts.c.id == contact_id)
        self.conn.execute(mine.values(deleted_at=deleted_at, listed=deleted_at is None))

    def log(self) -> list[str]:
        """The deeds with conversations, the first one first."""
        statement = select(audit_log.c.action).where(audit_log.c.subject_type == "conversation")
        return list(self.conn.execute(statement.order_by(audit_log.c.id)).scalars())

    def listens(self) -> None:
        """From now on somebody is told of everything."""
        row = {"app_id": self.app_id, "url": "https://hooks.example", "topics": ["*"]}
        row |= {"secret": "s", "created_at": NOW, "disabled_at": None}
        self.conn.execute(webhooks.insert(), row)

    def told(self) -> list[str]:
        """The topics that webhooks are told of, the first one first."""
        statement = select(webhook_deliveries.c.topic).order_by(webhook_deliveries.c.id)
        return list(self.conn.execute(statement).scalars())


@pytest.fixture
def desk(conn: Connection) -> InboxDesk:
    return make_desk(conn)


def make_desk(conn: Connection, name: str = "Acme") -> InboxDesk:
    app_id = create_workspace(conn, name, NOW).app_id
    admin_id = create_admin(conn, app_id, f"ada@{name.lower()}.example", None, NOW, name="Ada")
    return InboxDesk(conn, app_id, admin_id)
