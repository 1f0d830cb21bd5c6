"""What a draft changes of a contact's row, name by name. Pure."""

from collections.abc import Mapping
from typing import Any

from app.contacts.custom import WriteSource
from app.contacts.drafts import Draft
from app.contacts.names import split


def facts_of(
    draft: Draft, *, source: WriteSource, now: float, known_name: str | None = None
) -> dict[str, Any]:
    """The given fields, and those that follow from them; custom attributes have rules of their own.

    Whoever is called so already (``known_name``) keeps both halves of the name, which an import may have told.
    """
    facts = draft.given() | {"updated_at": now}
    if source != "manual":
        facts["synced_at"] = now
    facts |= email_key(facts)
    if "name" in facts and (facts["name"] is None or facts["name"] != known_name):
        names = split(facts["name"] or "")
        facts |= {"first_name": names.first, "last_name": names.last}
    return facts


def email_key(given: Mapping[str, Any]) -> dict[str, str | None]:
    """What goes with an email that is given: the key by which it is found."""
    if "email" not in given:
        return {}
    return {"email_key": given["email"].lower() if given["email"] else None}
