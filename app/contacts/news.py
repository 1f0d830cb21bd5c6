"""What webhooks are told of a contact that was made or changed. Pure. Of visitors they are told nothing."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from app.contacts.records import Contact

_SAID: Final[Callable[[Contact], tuple[Any, ...]]] = attrgetter(
    "role",
    "external_id",
    "email",
    "name",
    "phone",
    "avatar_url",
    "signed_up_at",
    "custom_attributes",
)


def says_something_new(before: Contact, after: Contact) -> bool:
    """Whether the person is told of otherwise: to be somewhere, or to look at another page, is mere activity."""
    return _SAID(before) != _SAID(after)


def topics_of(before: Contact | None, after: Contact) -> list[str]:
    """The topics of a change; of one that was made, where there is none before."""
    if after.role == "visitor":
        return []
    if before is None:
        return [f"contact.{after.role}.created"]
    if before.role != "user" and after.role == "user":
        return ["contact.lead.signed_up" if before.role == "lead" else "contact.user.created"]
    if before.role == "visitor" and after.role == "lead":
        return ["contact.lead.created"]
    topics = [f"contact.{after.role}.updated"]
    if before.email != after.email:
        topics.append("contact.email.updated")
    if after.unsubscribed_from_emails and not before.unsubscribed_from_emails:
        topics.append("contact.unsubscribed")
    return topics
