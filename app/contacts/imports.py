"""Many contacts at once: the lines of a file, written as REST would write each. Rules R31, R50, R55.

A few statements find everybody whom a batch of lines names; then every line is judged in memory, where
the lines before it have already been; then all of them are written. A line that can't be taken
is left out whole, with its reason, and the others are none the worse. A reason is kept with its job, and so
never repeats what stood in a cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.records import DataAttribute
from app.attributes.writing import read_written
from app.auth.admins import members_of
from app.contacts import store
from app.contacts.bulk import insert_contacts
from app.contacts.csv_rows import HALVES, BadLine, Line
from app.contacts.custom import write_attributes
from app.contacts.destruction import destroy
from app.contacts.drafts import read_draft, role_of_new
from app.contacts.facts import facts_of
from app.contacts.grace import is_over
from app.contacts.news import topics_of
from app.contacts.operations import conflict_message, require_identity
from app.contacts.precedence import Provenance, Writer, write
from app.contacts.records import Contact
from app.contacts.saving import save
from app.contacts.shown import name_key, words_of
from app.errors import Conflict, ParameterInvalid, PorchlightError
from app.ids import AppId, ContactId, is_contact_id, new_contact_id
from app.trail.operations import announce_all, record_all
from app.trail.records import Actor, Deed, News

MOST_LINES: Final = 2_000
"""Lines of one batch."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to."""

    created: int
    updated: int
    problems: Sequence[BadLine]


def import_lines(
    conn: Connection,
    app_id: AppId,
    lines: Sequence[Line | BadLine],
    *,
    actor: Actor,
    now: float,
    attributes: Mapping[str, DataAttribute] = MappingProxyType({}),
) -> Outcome:
    """Write a batch of lines, at most ``MOST_LINES``; those that are bad already are passed on.

    What they make of newcomers was found out, if it was, by ``attributes``: where these are others by now,
    it is found out anew.
    """
    batch = _Batch(conn, app_id, [line for line in lines if isinstance(line, Line)], actor=actor, now=now)
    if any(batch.attributes.get(name) != attribute for name, attribute in attributes.items()):
        lines = [replace(line, newcomer=None) if isinstance(line, Line) else line for line in lines]
    problems = []
    for line in lines:
        if isinstance(line, BadLine):
            problems.append(line)
            continue
        try:
            batch.take(line)
        except PorchlightError as error:
            problems.append(BadLine(line.number, error.message))
    created, updated = batch.write()
    return Outcome(created, updated, problems)


def fault_of(line: Line, attributes: Mapping[str, DataAttribute]) -> BadLine | None:
    """What is wrong with a line, whoever it is about; none where nothing is."""
    body = {name: value for name, value in line.body.items() if name != "id"}
    try:
        draft = read_draft(_with_whole_name(body, _halves_of(body, None)))
        if "id" not in line.body:
            role_of_new(draft)
        read_written({}, draft.custom_attributes, attributes, iso_dates=True)
    except PorchlightError as error:
        return BadLine(line.number, error.message)
    return None


def newcomer_of(body: Mapping[str, object], attributes: Mapping[str, DataAttribute]) -> dict[str, Any]:
    """What a line without an ``id`` makes of somebody new, by the names of a contact's fields. Pure.

    But for what is told by the moment, and by the pseudonym where it is called by that.
    Raises PorchlightError where it makes nobody.
    """
    halves = _halves_of(body, None)
    draft = read_draft(_with_whole_name(body, halves))
    # The halves as the file has them: the name that they make would be split elsewhere.
    facts = {"role": role_of_new(draft), **facts_of(draft, source="csv", now=0.0), **halves}
    values = read_written({}, draft.custom_attributes, attributes, iso_dates=True)
    shown = (facts.get("name"), facts.get("email"), facts.get("external_id"), facts.get("phone"), "")
    return facts | {
        "custom_attributes": {name: value for name, value in values.items() if value is not None},
        "name_key": name_key(shown),
        "words": words_of(shown),
    }


class _Batch:
    """Everybody whom the lines name, as they were and as they are to be."""

    def __init__(
        self, conn: Connection, app_id: AppId, lines: Sequence[Line], *, actor: Actor, now: float
    ) -> None:
        self._conn = conn
        self._app_id = app_id
        self._actor = actor
        self._now = now
        self._writer = Writer("csv", str(actor), now)
        self.attributes: Mapping[str, DataAttribute] = attributes_of(conn, app_id, "contact")
        self._teammates = {member.id for member in members_of(conn, app_id)}
        self._before: dict[ContactId, Contact] = {}
        self._after: dict[ContactId, Contact] = {}
        self._provenances: dict[tuple[str, ...], Provenance | None] = {}
        self._by_external_id: dict[str, ContactId] = {}
        self._by_email: dict[str, ContactId] = {}
        for contact in _named(conn, app_id, lines):
            if is_over(contact, now):
                # Its days of grace are over: its ids are free, whether the purge has come by or not.
                destroy(conn, contact, now)
                continue
            self._before[contact.id] = contact
            self._keep(contact)

    def take(self, line: Line) -> None:
        """Make or change the contact of a line; raises PorchlightError, and leaves everybody as they were."""
        body = dict(line.body)
        contact_id = body.pop("id", None)
        told = line.newcomer or facts_of(read_draft(body), source="csv", now=self._now)
        known = self._find(contact_id, told)
        owner_id = told.get("owner_id")
        if owner_id not in (None, known and known.owner_id) and owner_id not in self._teammates:
            raise ParameterInvalid("owner_id: no teammate of this workspace has it")
        if known is None:
            after = self._made(line.newcomer or newcomer_of(body, self.attributes))
        else:
            after = self._changed(known, body)
        self._require_free(after)
        if known is not None:
            self._forget(known)
        self._keep(after)

    def write(self) -> tuple[int, int]:
        """Write all that was taken; how many were made, and how many changed."""
        newcomers = [contact for contact in self._after.values() if contact.id not in self._before]
        changed = [
            (before, after)
            for before in self._before.values()
            if (after := self._after[before.id]) is not before
        ]
        # Whoever gives an id up does so before another takes it: the database looks at each row by itself.
        freed = [(self._without_ids(before, after), after) for before, after in changed]
        insert_contacts(self._conn, self._app_id, newcomers)
        for before, after in freed:
            save(self._conn, before, after)
        self._tell(newcomers, changed)
        return len(newcomers), len(changed)

    def _without_ids(self, before: Contact, after: Contact) -> Contact:
        if _reserved_by(before) == _reserved_by(after):
            return before
        freed = store.with_facts(before, {"external_id": None, "email": None, "email_key": None})
        store.update_contact(self._conn, before, freed)
        return freed

    def _find(self, contact_id: object, told: Mapping[str, Any]) -> Contact | None:
        """Whom a line is about: by id, or else, unless it says lead, a user by the customer's own id or by email."""
        if contact_id is not None:
            contact = self._after.get(ContactId(str(contact_id)))
            if contact is None or contact.deleted_at is not None:
                raise ParameterInvalid("id: no contact of this workspace has it")
            return contact
        if told.get("role") == "lead":
            return None
        if told.get("external_id") is not None:
            return self._alive(self._by_external_id.get(told["external_id"]))
        if told.get("email_key") is not None:
            return self._alive(self._by_email.get(told["email_key"]))
        return None

    def _alive(self, contact_id: ContactId | None) -> Contact | None:
        contact = self._after[contact_id] if contact_id else None
        if contact is not None and contact.deleted_at is not None:
            raise Conflict(conflict_message(contact))
        return contact

    def _made(self, newcomer: Mapping[str, Any]) -> Contact:
        values = newcomer["custom_attributes"]
        names = tuple(values)
        if names not in self._provenances:
            # The same for all lines that fill the same columns.
            self._provenances[names] = write({}, None, values, self._writer)[1]
        moments = {"created_at": self._now, "updated_at": self._now, "synced_at": self._now}
        return Contact(
            app_id=self._app_id,
            id=new_contact_id(self._now),
            listed=True,
            pseudonym="",
            provenance=self._provenances[names],
            **{**newcomer, **moments},
        )

    def _changed(self, known: Contact, body: Mapping[str, object]) -> Contact:
        halves = _halves_of(body, known)
        draft = read_draft(_with_whole_name(body, halves))
        facts = facts_of(draft, source="csv", now=self._now, known_name=known.name) | halves
        if draft.custom_attributes:
            values, provenance = write_attributes(
                known, draft.custom_attributes, self.attributes, self._writer
            )
            facts |= {"custom_attributes": values, "provenance": provenance}
        if known.id not in self._before:
            # A line before has made it: what it is found under is made as it is written.
            facts |= {"name_key": "", "words": ""}
        after = store.with_facts(known, facts)
        require_identity(known, after)
        return after

    def _require_free(self, contact: Contact) -> None:
        """A user's ids are its own. Rule R50."""
        if contact.role != "user":
            return
        holders = (
            self._by_external_id.get(contact.external_id or ""),
            self._by_email.get(contact.email_key or ""),
        )
        for holder in holders:
            if holder is not None and holder != contact.id:
                raise Conflict(conflict_message(self._after[holder]))

    def _keep(self, contact: Contact) -> None:
        self._after[contact.id] = contact
        if contact.role == "user":
            if contact.external_id is not None:
                self._by_external_id[contact.external_id] = contact.id
            if contact.email_key is not None:
                self._by_email[contact.email_key] = contact.id

    def _forget(self, contact: Contact) -> None:
        """Its ids are free for the lines that follow, but for those that it is about to keep."""
        if self._by_external_id.get(contact.external_id or "") == contact.id:
            del self._by_external_id[contact.external_id or ""]
        if self._by_email.get(contact.email_key or "") == contact.id:
            del self._by_email[contact.email_key or ""]

    def _tell(self, made: Sequence[Contact], changed: Sequence[tuple[Contact, Contact]]) -> None:
        deeds = [Deed("contact.created", "contact", contact.id, {"source": "csv"}) for contact in made]
        deeds += [Deed("contact.updated", "contact", after.id, {"source": "csv"}) for _, after in changed]
        record_all(self._conn, self._app_id, self._actor, deeds, self._now)
        turns = [*((None, contact) for contact in made), *changed]
        news = [
            News(topic, "contact", after.id) for before, after in turns for topic in topics_of(before, after)
        ]
        announce_all(self._conn, self._app_id, news, self._now)


def _halves_of(body: Mapping[str, object], known: Contact | None) -> dict[str, str | None]:
    """Both halves of a name, of which a line gives one or two; empty where it gives none that is new.

    Beside a whole name they make it up: one that is not given is none.
    """
    given = {half: " ".join(str(body[half]).split()) or None for half in HALVES if half in body}
    if not given:
        return {}
    if "name" in body:
        return {half: given.get(half) for half in HALVES}
    stored: dict[str, str | None] = {half: getattr(known, half, None) for half in HALVES}
    return {} if stored | given == stored else stored | given


def _with_whole_name(body: Mapping[str, object], halves: Mapping[str, str | None]) -> Mapping[str, object]:
    return {**body, "name": " ".join(filter(None, halves.values()))} if halves else body


def _named(conn: Connection, app_id: AppId, lines: Sequence[Line]) -> list[Contact]:
    """Everybody who has an id that a line names or makes a user's, deleted or not; held for this transaction."""
    bodies = [line.body for line in lines]
    ids = {ContactId(str(body["id"])) for body in bodies if is_contact_id(str(body.get("id")))}
    external_ids = {str(body["external_id"]) for body in bodies if "external_id" in body}
    emails = {str(body["email"]).strip().lower() for body in bodies if "email" in body}
    found = store.find_named(conn, app_id, ids, external_ids, emails)
    # A lead's ids are nobody's before it becomes a user: then whoever has them stands in the way.
    turned = {str(body["id"]) for body in bodies if "id" in body and body.get("role") == "user"}
    leads = [contact for contact in found if contact.id in turned and contact.role != "user"]
    if not leads:
        return found
    external_ids = {lead.external_id for lead in leads if lead.external_id is not None}
    emails = {lead.email_key for lead in leads if lead.email_key is not None}
    known = {contact.id for contact in found}
    holders = store.find_named(conn, app_id, (), external_ids, emails)
    return found + [holder for holder in holders if holder.id not in known]


def _reserved_by(contact: Contact) -> tuple[str | None, str | None] | None:
    """The ids that nobody else may have: a user's. Rule R50."""
    return (contact.external_id, contact.email_key) if contact.role == "user" else None
