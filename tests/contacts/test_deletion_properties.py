"""Any course of a contact's life, beside a model of it: pings, blocks, notes and attributes come into what REST does.

Of whom a ping is told, and what of it is kept, is said here once more, in the words of the rules. Rules R31, R50,
R60 to R65 and R73.
"""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, multiple, rule
from sqlalchemy import func, select

from app.attributes.operations import AttributeDraft, create_attribute
from app.contacts import archiving
from app.contacts.notes import write_note
from app.contacts.operations import get_contact
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.errors import Conflict, ContactBlocked, ContactDeleted, ParameterInvalid
from app.storage.tables import contacts, notes
from support.lives import EMAILS, MAYBE_EMAIL, MAYBE_ID, TOKEN, Known, Lives
from support.recording import NOW

PLANS = st.sampled_from(["pro", "free"])
BROWSERS = st.sampled_from(["browser-1", "browser-2"])


class WholeLives(Lives):
    def __init__(self) -> None:
        super().__init__()
        draft = AttributeDraft("contact", "plan", "string")
        create_attribute(self.conn, self.app_id, draft, actor=TOKEN, now=NOW)

    # What the model says

    def holder(self, wanted: Known, but: set[str]) -> str | None:
        """The user that holds the one id of ``wanted``."""
        held = (id_ for id_, known in self.model.items() if id_ not in but and known.keys & wanted.keys)
        return next(held, None)

    def browses(self, browser: str | None, but: set[str]) -> str | None:
        held = (id_ for id_, known in self.model.items() if id_ not in but and known.browser == browser)
        return next(held, None) if browser else None

    # What happens

    @rule(target=Lives.people, user_id=MAYBE_ID, email=MAYBE_EMAIL, name=st.none() | st.just("Cy"))
    def ping_without_a_browser(self, user_id: str | None, email: str | None, name: str | None) -> Any:
        return self.told(user_id, email, None, name=name)

    @rule(target=Lives.people, user_id=st.none() | MAYBE_ID, browser=BROWSERS, plan=st.none() | PLANS)
    def ping_from_a_browser(self, user_id: str | None, browser: str, plan: str | None) -> Any:
        return self.told(user_id, None, browser, plan=plan)

    @rule(target=Lives.people, contact_id=Lives.people, user_id=MAYBE_ID, email=EMAILS)
    def sign_in(self, contact_id: str, user_id: str | None, email: str) -> Any:
        """In the browser of somebody who is known."""
        known = self.model.get(contact_id)
        return self.told(user_id, email, known.browser if known else None)

    def told(
        self,
        user_id: str | None,
        email: str | None,
        browser: str | None,
        *,
        name: str | None = None,
        plan: str | None = None,
    ) -> Any:
        """A ping; answers who it was of."""
        said = {"user_id": user_id, "email": email, "anonymous_id": browser, "name": name, "plan": plan}
        if user_id is None and email is None and browser is None:
            return multiple()
        claims = Known("user", user_id, email)
        over = {
            id_
            for id_, known in self.model.items()
            if self.is_over(known) and (known.keys & claims.keys or (browser and known.browser == browser))
        }
        by_id = self.holder(Known("user", user_id, None), over)
        by_email = self.holder(Known("user", None, email), over)
        by_browser = self.browses(browser, over)
        # A user_id that nobody has may be news of whoever has the email, and no user_id yet.
        adopts = by_email is not None and (user_id is None or self.model[by_email].external_id is None)
        found = by_id or (by_email if adopts else None) or None
        beside = self.model[by_browser] if by_browser is not None and by_browser != found else None
        if beside is not None and found is None and (not claims.keys or self.may_become(beside)):
            found, beside = by_browser, None
        known = self.model[found] if found is not None else None
        try:
            with self.conn.begin_nested():
                ping = Ping(self.app_id, read_user_data(said))
                recorded = record_ping(self.conn, ping, PingContext(own_origin=""), self.now)
        except ContactDeleted:
            assert known is not None
            assert known.deleted_at is not None
            return multiple()
        except ContactBlocked:
            assert known is not None
            assert known.blocked
            return multiple()
        assert known is None or (known.deleted_at is None and not known.blocked)
        for id_ in over:
            del self.model[id_]
            self.destroyed += 1
        if known is None:
            assert recorded.contact.id not in self.model
            known = self.model[recorded.contact.id] = Known("visitor", None, None)
        else:
            assert recorded.contact.id == found
        if beside is not None and beside.deleted_at is None:
            beside.browser = None
            if beside.role == "visitor":
                # It was this user all the time.
                known.notes += beside.notes
                del self.model[str(by_browser)]
        if browser is not None and (beside is None or beside.deleted_at is None):
            known.browser = browser
        if claims.keys:
            known.role = "user"
        known.external_id = user_id or known.external_id
        known.email = email if email and by_email in (None, found) else known.email
        known.name = name or known.name
        known.attributes |= {"plan": plan} if plan else {}
        return recorded.contact.id

    @staticmethod
    def may_become(browser: Known) -> bool:
        """Whether whoever is in a browser can turn out to be the user that signs in there."""
        return browser.role != "user" and browser.deleted_at is None

    @rule(contact_id=Lives.people)
    def block(self, contact_id: str) -> None:
        if known := self.does(archiving.block_contact, contact_id, needs="alive"):
            known.blocked = known.archived = True

    @rule(contact_id=Lives.people)
    def become_user(self, contact_id: str) -> None:
        known = self.model.get(contact_id)
        if known is not None and known.role == "visitor":
            return
        wanted = Known("user", known.external_id if known else None, known.email if known else None)
        try:
            changed = self.changes(
                contact_id, {"role": "user"}, found=known is not None and known.deleted_at is None
            )
        except ParameterInvalid:
            assert not wanted.keys
            return
        except Conflict as refusal:
            assert refusal.message.rpartition("=")[2] in self.in_the_way(wanted, contact_id)
            return
        if changed:
            assert known is not None
            assert wanted.keys or known.role == "user"
            assert not self.in_the_way(wanted, contact_id)
            self.clear_for(wanted, contact_id)
            known.role = "user"

    @rule(contact_id=Lives.people, plan=st.none() | PLANS)
    def set_plan(self, contact_id: str, plan: str | None) -> None:
        known = self.model.get(contact_id)
        body = {"custom_attributes": {"plan": plan}}
        if self.changes(contact_id, body, found=known is not None and known.deleted_at is None):
            assert known is not None
            known.attributes = {"plan": plan} if plan else {}

    @rule(contact_id=Lives.people)
    def write_down(self, contact_id: str) -> None:
        def deed(conn: Any, app_id: Any, contact_id: str, *, actor: Any, now: float) -> Any:
            write_note(conn, app_id, contact_id, "<p>Hello</p>", author_id=None, actor=actor, now=now)
            return get_contact(conn, app_id, contact_id)

        if known := self.does(deed, contact_id, needs="alive"):
            known.notes += 1

    # What holds at any time

    @invariant()
    def what_hangs_on_everybody_is_as_the_model_says(self) -> None:
        fields = (contacts.c.id, contacts.c.anonymous_id, contacts.c.blocked_at, contacts.c.custom_attributes)
        for contact_id, browser, blocked_at, attributes in self.conn.execute(select(*fields)):
            known = self.model[contact_id]
            assert (browser, blocked_at is not None, attributes) == (
                known.browser,
                known.blocked,
                known.attributes,
            )
        counted = select(notes.c.contact_id, func.count()).group_by(notes.c.contact_id)
        written = {id_: known.notes for id_, known in self.model.items() if known.notes}
        assert {row[0]: row[1] for row in self.conn.execute(counted)} == written


TestWholeLives = WholeLives.TestCase
TestWholeLives.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
