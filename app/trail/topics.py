"""What a webhook may be told of.

The names are Intercom's, so that a receiver made for it understands them; presence is ours. ``*``
stands for all of them. Whatever is announced is among them, which a test holds; of the few that tell of what
does not happen here, nothing is ever heard.
"""

from typing import Final

ALL: Final = "*"
ONLINE: Final = "contact.online"
OFFLINE: Final = "contact.offline"
TAGGINGS: Final = frozenset(
    f"contact.{whose}tag.{what}" for whose in ("", "lead.", "user.") for what in ("created", "deleted")
)
PRESENCE: Final = frozenset({ONLINE, OFFLINE})

TOPICS: Final = frozenset(
    {
        *PRESENCE,
        "admin.away_mode_updated",
        "company.contact.attached",
        "company.contact.detached",
        "company.created",
        "company.deleted",
        "company.updated",
        "contact.archived",
        "contact.blocked",
        "contact.created",
        "contact.deleted",
        "contact.email.updated",
        "contact.lead.created",
        "contact.lead.signed_up",
        "contact.lead.tag.created",
        "contact.lead.tag.deleted",
        "contact.lead.updated",
        "contact.merged",
        "contact.note.created",
        "contact.restored",
        "contact.tag.created",
        "contact.tag.deleted",
        "contact.unarchived",
        "contact.unsubscribed",
        "contact.updated",
        "contact.user.created",
        "contact.user.tag.created",
        "contact.user.tag.deleted",
        "contact.user.updated",
        "conversation.admin.assigned",
        "conversation.admin.closed",
        "conversation.admin.noted",
        "conversation.admin.opened",
        "conversation.admin.replied",
        "conversation.admin.single.created",
        "conversation.admin.snoozed",
        "conversation.admin.unsnoozed",
        "conversation.contact.attached",
        "conversation.contact.detached",
        "conversation.deleted",
        "conversation.priority.updated",
        "conversation.rating.added",
        "conversation.read",
        "conversation.user.created",
        "conversation.user.replied",
        "conversation_part.redacted",
        "event.created",
        "visitor.signed_up",
    }
)
