"""What REST, imports and teammates do with contacts: find, create, change.

Each works within the caller's transaction, and puts what it changed on the trail. Rules R50, R62.
"""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.auth.admins import role_in
from app.contacts import reading, store
from app.contacts.custom import WriteSource, written
from app.contacts.drafts import Draft, role_of_new
from app.contacts.facts import email_key, facts_of
from app.contacts.grace import clear_the_way, is_over
from app.contacts.news import topics_of
from app.contacts.pseudonyms import pseudonym
from app.contacts.records import Contact
from app.contacts.saving import save
from app.errors import Conflict, ParameterInvalid, UserNotFound
from app.ids import AdminId, AppId, ContactId, is_contact_id, new_contact_id
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News

_IDS: Final = frozenset({"external_id", "email"})
"""What may be changed of a contact that has been deleted."""


def get_contact(conn: Connection, app_id: AppId, contact_id: str) -> Contact:
    """A contact to be shown, archived or not, visitor or not; raises UserNotFound."""
    contact = (
        reading.contact_of_id(conn, app_id, ContactId(contact_id)) if is_contact_id(contact_id) else None
    )
    if contact is None:
        raise UserNotFound
    return contact


def get_user_by_external_id(conn: Connection, app_id: AppId, external_id: str) -> Contact:
    """A user by the customer's own id; raises UserNotFound."""
    contact = reading.user_of_external_id(conn, app_id, external_id)
    if contact is None:
        raise UserNotFound
    return contact


def hold_contact(conn: Connection, app_id: AppId, contact_id: str) -> Contact:
    """A contact to be changed: nobody else changes it before this transaction ends. Raises UserNotFound."""
    contact = _held(conn, app_id, contact_id)
    if contact.deleted_at is not None:
        raise UserNotFound
    return contact


def hold_deletable(conn: Connection, app_id: AppId, contact_id: str, now: float) -> Contact:
    """The same, or a deleted contact that can still be restored. Raises UserNotFound. Rule R61."""
    contact = _held(conn, app_id, contact_id)
    if is_over(contact, now):
        raise UserNotFound
    return contact


def create_contact(
    conn: Connection, app_id: AppId, draft: Draft, *, actor: Actor, now: float, source: WriteSource = "rest"
) -> Contact:
    """Make a contact. Rule R50.

    Raises ParameterNotFound or ParameterInvalid for a draft that makes nobody, Conflict where another user
    has its external_id or email.
    """
    role = role_of_new(draft)
    newcomer = Contact(
        app_id=app_id,
        id=new_contact_id(now),
        role=role,
        listed=True,
        pseudonym="",
        name_key="",
        created_at=now,
        updated_at=now,
    )
    facts = _facts(conn, newcomer, draft, actor=actor, source=source, now=now)
    # Last, for a draft that is refused before anything was changed costs others nothing.
    facts["pseudonym"] = pseudonym(store.take_pseudonyms(conn, app_id, ""), None)
    contact = _keep(conn, None, replace(newcomer, **facts), now)
    record(
        conn, app_id, actor, Deed("contact.created", "contact", contact.id, {"fields": draft.named()}), now
    )
    announce(conn, app_id, News(f"contact.{contact.role}.created", "contact", contact.id), now)
    return contact


def change_contact(
    conn: Connection,
    app_id: AppId,
    contact_id: str,
    draft: Draft,
    *,
    actor: Actor,
    now: float,
    source: WriteSource = "rest",
) -> Contact:
    """Change what the draft gives of a contact, and nothing else; returns it as it is now.

    Raises UserNotFound, ParameterInvalid, or Conflict where another user has the external_id or email.
    """
    before = hold_deletable(conn, app_id, contact_id, now)
    if before.deleted_at is not None:
        return _rename_deleted(conn, before, draft, actor, now)
    facts = _facts(conn, before, draft, actor=actor, source=source, now=now)
    after = replace(before, **facts)
    require_identity(before, after)
    contact = _keep(conn, before, after, now)
    record(
        conn, app_id, actor, Deed("contact.updated", "contact", contact.id, {"fields": draft.named()}), now
    )
    for topic in topics_of(before, contact):
        announce(conn, app_id, News(topic, "contact", contact.id), now)
    return contact


def require_identity(before: Contact, after: Contact) -> None:
    """A user has an external_id or an email, as one that is made has; one that never had any may change otherwise."""
    had_one = before.role != "user" or before.external_id or before.email
    if after.role == "user" and had_one and not (after.external_id or after.email):
        raise ParameterInvalid("external_id or email must be there: a user has at least one of them")


def _held(conn: Connection, app_id: AppId, contact_id: str) -> Contact:
    contact = store.find_contact(conn, app_id, ContactId(contact_id)) if is_contact_id(contact_id) else None
    if contact is None:
        raise UserNotFound
    return contact


def _rename_deleted(conn: Connection, before: Contact, draft: Draft, actor: Actor, now: float) -> Contact:
    """Give a deleted contact other ids, so that its own are free for somebody new. It stays deleted. Rule R62.

    Raises UserNotFound for a change that is no renaming, as if the contact were not there.
    """
    names = draft.named()
    if not _IDS.intersection(names):
        raise UserNotFound
    if not _IDS.issuperset(names):
        raise ParameterInvalid("This contact has been deleted: only its external_id and email can be changed")
    facts = draft.given()
    facts |= email_key(facts)
    contact = _keep(conn, before, replace(before, **facts), now)
    detail = {"fields": names, "deleted": True}
    record(conn, before.app_id, actor, Deed("contact.updated", "contact", before.id, detail), now)
    return contact


def _facts(
    conn: Connection, before: Contact, draft: Draft, *, actor: Actor, source: WriteSource, now: float
) -> dict[str, Any]:
    """The fields of a contact that a draft changes, by name."""
    facts = facts_of(draft, source=source, now=now, known_name=before.name)
    owner_id = facts.get("owner_id")
    # Scripts send a contact back as they got it, with an owner who is perhaps no teammate any more.
    if (
        owner_id is not None
        and owner_id != before.owner_id
        and not _is_teammate(conn, before.app_id, owner_id)
    ):
        raise ParameterInvalid(f"owner_id is {owner_id}: no teammate of this workspace has that id")
    given = draft.custom_attributes
    return facts | written(conn, before, given, source=source, by=str(actor), now=now)


def _is_teammate(conn: Connection, app_id: AppId, admin_id: int) -> bool:
    return role_in(conn, app_id, AdminId(admin_id)) is not None


def _keep(conn: Connection, before: Contact | None, after: Contact, now: float) -> Contact:
    """Write a contact; raises Conflict where another user has its external_id or email.

    Whoever has them and is past the days of grace is destroyed, which frees them.
    """
    try:
        return _kept(conn, before, after)
    except IntegrityError:
        holders = store.find_holders(conn, after.app_id, after.external_id, after.email_key, None)
        clear_the_way(conn, holders, now)
    try:
        return _kept(conn, before, after)
    except IntegrityError:
        holder = _in_the_way(conn, after)
        # Whoever stood in the way has just gone: on PostgreSQL the whole transaction begins anew.
        if holder is None:
            raise
        raise Conflict(conflict_message(holder)) from None


def _kept(conn: Connection, before: Contact | None, after: Contact) -> Contact:
    with conn.begin_nested():
        return save(conn, before, after)


def _in_the_way(conn: Connection, contact: Contact) -> Contact | None:
    """The other user that has the contact's external_id, else the one that has its email."""
    holders = store.find_holders(conn, contact.app_id, contact.external_id, contact.email_key, None)
    others = (holder for holder in (holders.by_external_id, holders.by_email) if holder is not None)
    return next((holder for holder in others if holder.id != contact.id), None)


def conflict_message(holder: Contact) -> str:
    """What a create is told of whoever has its ids already: no more than the id."""
    is_archived = holder.archived_at is not None and holder.deleted_at is None
    kind = "An archived contact" if is_archived else "A contact"
    return f"{kind} matching those details already exists with id={holder.id}"
