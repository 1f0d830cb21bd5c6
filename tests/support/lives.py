"""A contact's life as REST writes it, beside a model: created, changed, merged, hidden, deleted, restored, destroyed.

The model knows of each contact its ids, and whether it is archived and since when deleted; the rules of who
may have which id, and what is found, follow from that. Rules R50, R60 to R65 and R73.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy import Connection, Engine, StaticPool, create_engine, func, select

from app.contacts import archiving, deletion, operations, purge, reading
from app.contacts.drafts import read_draft
from app.contacts.grace import GRACE_SECONDS
from app.contacts.merging import merge_contacts
from app.contacts.records import Contact
from app.errors import Conflict, ParameterInvalid, UserNotFound
from app.ids import AppId
from app.search.asking import EVERYBODY
from app.search.store import count_people
from app.storage.tables import contacts, metadata, receipts, search_words
from app.trail.records import Actor
from app.workspaces.operations import create_workspace
from support.recording import NOW

TOKEN = Actor("token", "7")
DAY = 86_400.0
IDS = st.sampled_from(["1", "2", "3"])
EMAILS = st.sampled_from(["a@example.com", "A@EXAMPLE.COM", "b@example.com"])
MAYBE_ID = st.none() | IDS
MAYBE_EMAIL = st.none() | EMAILS


@dataclass
class Known:
    """What the model knows of a contact."""

    role: str
    external_id: str | None
    email: str | None
    name: str | None = None
    archived: bool = False
    deleted_at: float | None = None
    blocked: bool = False
    browser: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    notes: int = 0

    @property
    def keys(self) -> set[tuple[str, str]]:
        """The ids that are nobody else's; a lead reserves none."""
        if self.role != "user":
            return set()
        given = {"external_id": self.external_id, "email": self.email and self.email.lower()}
        return {(name, value) for name, value in given.items() if value}


class Lives(RuleBasedStateMachine):
    people = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.engine: Engine = create_engine("sqlite://", poolclass=StaticPool)
        metadata.create_all(self.engine)
        self.conn: Connection = self.engine.connect()
        self.app_id: AppId = create_workspace(self.conn, "Acme", NOW).app_id
        self.now = NOW
        self.model: dict[str, Known] = {}
        self.destroyed = 0

    def teardown(self) -> None:
        self.conn.close()
        self.engine.dispose()

    # What the model says

    def is_over(self, known: Known) -> bool:
        return known.deleted_at is not None and known.deleted_at <= self.now - GRACE_SECONDS

    def in_the_way(self, wanted: Known, but: str | None = None) -> set[str]:
        """Who has an id that ``wanted`` would have, and still may keep it."""
        return {
            contact_id
            for contact_id, known in self.model.items()
            if contact_id != but and known.keys & wanted.keys and not self.is_over(known)
        }

    def clear_for(self, wanted: Known, but: str | None = None) -> None:
        """Whoever is over and in the way is destroyed on the spot."""
        for contact_id, known in list(self.model.items()):
            if contact_id != but and known.keys & wanted.keys and self.is_over(known):
                del self.model[contact_id]
                self.destroyed += 1

    # What happens

    @rule(target=people, role=st.sampled_from(["user", "lead"]), external_id=MAYBE_ID, email=MAYBE_EMAIL)
    def create(self, role: str, external_id: str | None, email: str | None) -> Any:
        if role == "user" and external_id is None and email is None:
            return multiple()
        wanted = Known(role, external_id, email)
        draft = read_draft({"role": role, "external_id": external_id, "email": email})
        standing = self.in_the_way(wanted)
        try:
            with self.conn.begin_nested():
                made = operations.create_contact(self.conn, self.app_id, draft, actor=TOKEN, now=self.now)
        except Conflict as refusal:
            assert refusal.message.rpartition("=")[2] in standing
            return multiple()
        assert not standing
        self.clear_for(wanted)
        self.model[made.id] = wanted
        return made.id

    @rule(contact_id=people, name=st.none() | st.sampled_from(["Ada", "Bo"]))
    def rename_person(self, contact_id: str, name: str | None) -> None:
        known = self.model.get(contact_id)
        if self.changes(contact_id, {"name": name}, found=known is not None and known.deleted_at is None):
            assert known is not None
            known.name = name

    @rule(contact_id=people, external_id=MAYBE_ID, email=MAYBE_EMAIL)
    def change_ids(self, contact_id: str, external_id: str | None, email: str | None) -> None:
        """Of a deleted contact too: it stays deleted."""
        known = self.model.get(contact_id)
        if known is not None and known.role == "visitor":
            return  # ids make it a user, by a way of its own
        found = known is not None and not self.is_over(known)
        wanted = Known(known.role if known else "user", external_id, email)
        standing = self.in_the_way(wanted, contact_id)
        # Who was stripped of all ids while deleted, and came back, has none to keep.
        is_nobody = wanted.role == "user" and not wanted.keys and known is not None and bool(known.keys)
        try:
            changed = self.changes(contact_id, {"external_id": external_id, "email": email}, found=found)
        except ParameterInvalid:
            assert is_nobody
            return
        except Conflict as refusal:
            assert refusal.message.rpartition("=")[2] in standing
            return
        assert not (changed and is_nobody and known is not None and known.deleted_at is None)
        if changed:
            assert known is not None
            assert not standing
            self.clear_for(wanted, contact_id)
            known.external_id, known.email = external_id, email

    @rule(from_id=people, into_id=people)
    def merge(self, from_id: str, into_id: str) -> None:
        """A lead goes up in a user, which keeps what it knows and learns the rest. Rule R73."""
        lead, user = self.model.get(from_id), self.model.get(into_id)
        are_there = all(known is not None and known.deleted_at is None for known in (lead, user))
        try:
            with self.conn.begin_nested():
                merge_contacts(
                    self.conn,
                    self.app_id,
                    from_id,
                    into_id,
                    actor=TOKEN,
                    now=self.now,
                    active_at=lambda app_id, contact_id: None,
                )
        except UserNotFound:
            assert not are_there
            return
        except ParameterInvalid:
            assert lead is not None
            assert user is not None
            assert (lead.role, user.role) != ("lead", "user")
            return
        assert lead is not None
        assert user is not None
        assert are_there
        assert (lead.role, user.role) == ("lead", "user")
        del self.model[from_id]
        user.notes += lead.notes
        user.attributes = lead.attributes | user.attributes
        user.name = user.name if user.name is not None else lead.name
        for name in ("external_id", "email"):
            value = getattr(lead, name)
            if getattr(user, name) is None and value is not None:
                learned = replace(Known("user", None, None), **{name: value})
                self.clear_for(learned, into_id)
                if not self.in_the_way(learned, into_id):
                    setattr(user, name, value)

    @rule(contact_id=people)
    def archive(self, contact_id: str) -> None:
        if known := self.does(archiving.archive_contact, contact_id, needs="alive"):
            known.archived = True

    @rule(contact_id=people)
    def unarchive(self, contact_id: str) -> None:
        if known := self.does(archiving.unarchive_contact, contact_id, needs="alive"):
            known.archived = known.blocked = False

    @rule(contact_id=people)
    def delete(self, contact_id: str) -> None:
        if known := self.does(deletion.delete_contact, contact_id, needs="kept"):
            known.deleted_at = self.now if known.deleted_at is None else known.deleted_at

    @rule(contact_id=people)
    def restore(self, contact_id: str) -> None:
        if known := self.does(deletion.restore_contact, contact_id, needs="kept"):
            known.deleted_at = None

    @rule(days=st.sampled_from([0.5, 3.0, 6.999, 7.0]))
    def pass_time(self, days: float) -> None:
        self.now += days * DAY

    @rule()
    def destroy_what_is_over(self) -> None:
        due = {contact_id for contact_id, known in self.model.items() if self.is_over(known)}
        found = purge.due_at(self.conn, self.now)
        assert {contact_id for _, contact_id in found} == due
        for app_id, contact_id in found:
            assert purge.destroy_one(self.conn, app_id, contact_id, self.now)
            del self.model[contact_id]
            self.destroyed += 1

    @rule(contact_id=consumes(people))
    def forget(self, contact_id: str) -> None:
        """The machine goes on with others."""

    # What holds at any time

    @invariant()
    def everybody_is_as_the_model_says(self) -> None:
        listed = {contact.id for contact in reading.people_after(self.conn, self.app_id, None, 1_000)}
        alive = {contact_id for contact_id, known in self.model.items() if known.deleted_at is None}
        shown = {id_ for id_ in alive if not self.model[id_].archived and self.model[id_].role != "visitor"}
        assert listed == shown
        for contact_id, known in self.model.items():
            if known.deleted_at is not None:
                continue
            contact = operations.get_contact(self.conn, self.app_id, contact_id)
            assert (contact.role, contact.external_id, contact.email, contact.name) == (
                known.role,
                known.external_id,
                known.email,
                known.name,
            )
            assert (contact.archived_at is not None) is known.archived

    @invariant()
    def rows_are_those_of_the_model_and_each_destruction_left_a_receipt(self) -> None:
        assert set(self.conn.execute(select(contacts.c.id)).scalars()) == set(self.model)
        assert set(self.conn.execute(select(search_words.c.contact_id)).scalars()) <= set(self.model)
        assert self.conn.execute(select(func.count()).select_from(receipts)).scalar_one() == self.destroyed

    @invariant()
    def people_are_counted_as_the_model_says(self) -> None:
        for role in EVERYBODY:
            listed = [
                k for k in self.model.values() if k.role == role and not k.archived and k.deleted_at is None
            ]
            assert count_people(self.conn, self.app_id, (role,)) == len(listed)

    # How it is done

    def changes(self, contact_id: str, body: dict[str, Any], *, found: bool) -> bool:
        try:
            with self.conn.begin_nested():
                operations.change_contact(
                    self.conn, self.app_id, contact_id, read_draft(body), actor=TOKEN, now=self.now
                )
        except UserNotFound:
            assert not found
            return False
        assert found
        return True

    def does(self, deed: Any, contact_id: str, *, needs: str) -> Known | None:
        """Do something; what is known of the contact where it was found, as it had to be."""
        known = self.model.get(contact_id)
        is_there = known is not None and not self.is_over(known)
        found = is_there and (needs == "kept" or (known is not None and known.deleted_at is None))
        try:
            after: Contact = deed(self.conn, self.app_id, contact_id, actor=TOKEN, now=self.now)
        except UserNotFound:
            assert not found
            return None
        assert found
        assert after.id == contact_id
        return known
