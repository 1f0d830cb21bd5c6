"""One ping, recorded: from the workspace's row to the contact's, in one transaction.

The road is straight: may this page speak (origin), may it say who it is (rule R80), who is it,
what is new about them, did a session begin. What a ping of a known contact costs is three
statements: the workspace, the contact, and an update of the columns that changed.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from app.attributes.catalogue import catalogue_of
from app.attributes.records import Scalar
from app.auth import identity
from app.auth.identity import Claim, Proof
from app.companies.operations import record_companies
from app.companies.records import CompanyData
from app.contacts import precedence, sessions, store
from app.contacts.agents import Agent
from app.contacts.grace import clear_the_way, in_grace
from app.contacts.merged_rows import heir_of_browser
from app.contacts.merging import join, taught
from app.contacts.names import split
from app.contacts.news import says_something_new, topics_of
from app.contacts.ping_attributes import take_attributes
from app.contacts.precedence import MESSENGER, Writer
from app.contacts.pseudonyms import pseudonym
from app.contacts.recognition import Holders, Recognition, recognise
from app.contacts.records import Contact, Ping
from app.contacts.saving import save
from app.contacts.sessions import Session
from app.contacts.user_data import Problem, UserData, read_user_data
from app.errors import ContactBlocked, IdentityNotProven, OriginNotAllowed
from app.ids import AppId, ContactId, new_contact_id
from app.places.cities import Place
from app.trail.operations import announce_all
from app.trail.records import SYSTEM, News
from app.workspaces.operations import get_workspace
from app.workspaces.origins import is_allowed
from app.workspaces.records import Workspace

_Facts: TypeAlias = dict[str, Any]
"""Fields of a contact by name, as they are to be."""

_EMAIL_TAKEN: Final = Problem("email", "email belongs to another user: it was left as it is")
_NO_COMPANY_OF_VISITORS: Final = Problem(
    "company", "company is kept for users and leads: say who this is first"
)


@dataclass(frozen=True, slots=True)
class PingContext:
    """What is known of a ping beside its own words.

    ``own_origin`` is where this server is, as the sender sees it. ``active_at`` tells when a contact was
    last active, where that is known in memory: the database may be minutes behind.
    """

    own_origin: str
    origin: str | None = None
    user_agent: str | None = None
    agent: Agent | None = None
    place: Place = field(default_factory=Place)
    active_at: Callable[[AppId, ContactId], float | None] = lambda app_id, contact_id: None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a ping came to.

    ``absorbed`` is a visitor that is no more: its presence has to be forgotten. ``merged`` is a lead that is no
    more, whose presence is the contact's now.
    """

    workspace: Workspace
    contact: Contact
    new_session: bool
    problems: tuple[Problem, ...]
    absorbed: ContactId | None = None
    merged: ContactId | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    """What activity changes; whether any session began with it, and whether a web session did."""

    facts: _Facts
    any: bool
    web: bool


def record_ping(conn: Connection, ping: Ping, context: PingContext, now: float) -> Recorded:
    """Find or make the contact of a ping and record what it says; one write transaction.

    Raises WorkspaceNotFound, OriginNotAllowed, IdentityNotProven, ContactDeleted or ContactBlocked; nothing is
    recorded then.
    """
    workspace = get_workspace(conn, ping.app_id)
    _require_origin(context, workspace)
    person, proof = _proven(ping.user, workspace, now)
    holders = _holders(conn, ping.app_id, person)
    while not in_grace(holders, now):
        # Behind whoever bore the browser's id there may stand an heir who is over too.
        clear_the_way(conn, holders, now)
        holders = _holders(conn, ping.app_id, person)
    found = recognise(
        person,
        holders,
        strict=workspace.identity_verification,
        email_is_proven=_is_proven_email(person, proof),
    )
    if found.contact is not None and found.contact.blocked_at is not None:
        raise ContactBlocked
    found = _made_room(conn, found, context, now)
    before = found.contact or _newcomer(conn, ping.app_id, context.place, now)
    if found.absorbed is not None:
        catalogue = catalogue_of(conn, ping.app_id, workspace.attributes_version)
        before = taught(before, found.absorbed, catalogue.contact)
    problems = list(person.problems)
    counted = _counted(before, ping, context, now)
    facts = _personal(before, person, found, problems) | _seen(before, found, counted, now)
    facts |= _surroundings(ping, context)
    given = precedence.unsaid(before.custom_attributes, before.provenance, person.custom_attributes, "ping")
    if given:
        taken = take_attributes(conn, workspace, "contact", given, is_signed=proof.is_proven, now=now)
        problems += taken.problems
        facts |= _attributes(before, taken.values, now)
    wanted = store.with_facts(before, facts)
    carried: list[CompanyData] = []
    if wanted.role != "visitor":
        carried = _companies(conn, workspace, person, problems, is_signed=proof.is_proven, now=now)
    elif person.companies:
        problems.append(_NO_COMPANY_OF_VISITORS)
    after = save(conn, found.contact, wanted)
    if found.contact is None or says_something_new(found.contact, after):
        news = [News(topic, "contact", after.id) for topic in topics_of(found.contact, after)]
        announce_all(conn, after.app_id, news, now)
    if carried:
        # A visit that becomes a session does so now; a lead's session goes on, whoever it turns out to be.
        was_visiting = found.contact is not None and found.contact.role == "visitor"
        begins = after.role == "user" and (counted.web or was_visiting)
        record_companies(conn, ping.app_id, after.id, carried, now, begins_session=begins)
    absorbed = found.absorbed.id if found.absorbed else None
    merged = found.merged.id if found.merged else None
    return Recorded(workspace, after, counted.any, tuple(problems), absorbed, merged)


def _require_origin(context: PingContext, workspace: Workspace) -> None:
    if context.origin is None:  # a server or an app
        return
    if not is_allowed(context.origin, workspace.allowed_origins, context.own_origin):
        raise OriginNotAllowed("This site is not among the workspace's allowed origins")


def _proven(page: UserData, workspace: Workspace, now: float) -> tuple[UserData, Proof]:
    """Who this is, and what of that was proven: fields of a signed token win over the page's. Rule R80."""
    claim = Claim(page.user_id, page.email, page.user_hash, page.token)
    required = workspace.identity_verification
    proof = identity.check(claim, workspace.identity_secrets, now, required=required)
    person = _overlaid(page, read_user_data(proof.signed)) if proof.signed else page
    # A signed id that can't be taken must not leave the page's own word standing in its place.
    if person.user_id is not None:
        is_proven = person.user_id == proof.user_id
    else:
        is_proven = person.email is None or _is_proven_email(person, proof)
    if required and not is_proven:
        raise IdentityNotProven("What was signed is not who this ping says it is")
    return person, proof


def _is_proven_email(person: UserData, proof: Proof) -> bool:
    return proof.email is not None and proof.email.strip() == person.email


def _overlaid(page: UserData, signed: UserData) -> UserData:
    return UserData(
        user_id=signed.user_id or page.user_id,
        email=signed.email or page.email,
        name=signed.name or page.name,
        phone=signed.phone or page.phone,
        signed_up_at=page.signed_up_at if signed.signed_up_at is None else signed.signed_up_at,
        avatar_url=signed.avatar_url or page.avatar_url,
        anonymous_id=signed.anonymous_id or page.anonymous_id,
        companies=signed.companies or page.companies,
        custom_attributes={**page.custom_attributes, **signed.custom_attributes},
        problems=(*page.problems, *signed.problems),
    )


def _holders(conn: Connection, app_id: AppId, person: UserData) -> Holders:
    """Who holds the ids of a ping; for a browser that nobody holds, who its lead or visitor went up in."""
    email_key = person.email.lower() if person.email else None
    holders = store.find_holders(conn, app_id, person.user_id, email_key, person.anonymous_id)
    if person.anonymous_id is None or holders.by_anonymous_id is not None:
        return holders
    heir_id = heir_of_browser(conn, app_id, person.anonymous_id)
    return replace(holders, heir=store.find_contact(conn, app_id, heir_id)) if heir_id else holders


def _made_room(conn: Connection, found: Recognition, context: PingContext, now: float) -> Recognition:
    """Whoever stands in the way of the contact's ids steps aside first; a lead leaves the contact all it has."""
    contact = found.contact
    if found.displaced is not None:
        store.clear_anonymous_id(conn, found.displaced.app_id, found.displaced.id)
    if contact is None:
        return found
    if found.absorbed is not None:
        store.absorb_visitor(conn, found.absorbed, contact.id, now)
    if found.merged is not None:
        joined = join(conn, contact, found.merged, actor=SYSTEM, now=now, active_at=context.active_at)
        return replace(found, contact=joined)
    return found


def _newcomer(conn: Connection, app_id: AppId, place: Place, now: float) -> Contact:
    """A visitor of whom nothing is known yet but a pseudonym, theirs for ever. Rule R22."""
    location = (place.city or "").strip()
    number = store.take_pseudonyms(conn, app_id, location)
    return Contact(
        app_id=app_id,
        id=new_contact_id(now),
        role="visitor",
        listed=True,
        pseudonym=pseudonym(number, location or None),
        name_key="",
        created_at=now,
        updated_at=now,
    )


def _personal(contact: Contact, person: UserData, found: Recognition, problems: list[Problem]) -> _Facts:
    """What is said of the person; what is not said stays."""
    claims_identity = person.user_id is not None or person.email is not None
    facts: _Facts = {"role": "user"} if claims_identity else {}
    for name in ("name", "phone", "avatar_url", "signed_up_at"):
        value = getattr(person, name)
        if value is not None:
            facts[name] = value
    if person.user_id is not None:
        facts["external_id"] = person.user_id
    if found.email_is_taken:
        problems.append(_EMAIL_TAKEN)
    elif person.email is not None:
        facts |= {"email": person.email, "email_key": person.email.lower()}
    if person.anonymous_id is not None and found.bears_anonymous_id:
        facts["anonymous_id"] = person.anonymous_id
    elif contact.anonymous_id is None and not claims_identity:
        facts["anonymous_id"] = secrets.token_hex(16)
    if person.name is not None and person.name != contact.name:
        names = split(person.name)
        facts |= {"first_name": names.first, "last_name": names.last}
    return facts


def _attributes(contact: Contact, taken: Mapping[str, Scalar], now: float) -> _Facts:
    """What of the ping's attributes wins over what is there. Rule R31."""
    writer = Writer("ping", MESSENGER, now)
    values, provenance = precedence.write(contact.custom_attributes, contact.provenance, taken, writer)
    return {"custom_attributes": values, "provenance": provenance}


def _companies(
    conn: Connection,
    workspace: Workspace,
    person: UserData,
    problems: list[Problem],
    *,
    is_signed: bool,
    now: float,
) -> list[CompanyData]:
    """The companies that a ping carries, with those of their attributes that can be taken."""
    carried = []
    for data in person.companies:
        given = data.custom_attributes
        taken = take_attributes(
            conn, workspace, "company", given, is_signed=is_signed, now=now, prefix="company."
        )
        problems += taken.problems
        carried.append(replace(data, custom_attributes=taken.values))
    return carried


def _surroundings(ping: Ping, context: PingContext) -> _Facts:
    """Where the contact is, and what it looks at; what this ping does not tell stays."""
    facts: _Facts = {}
    if ping.page_url is not None:
        facts |= {"page_url": ping.page_url, "page_title": ping.page_title, "referrer": ping.referrer}
    if ping.timezone is not None:
        facts["timezone"] = ping.timezone
    place, agent = context.place, context.agent
    if place.city or place.country:
        facts |= {"city": place.city, "region": place.region}
        facts |= {"country": place.country, "country_code": place.country_code}
    if agent is not None and ping.platform == "web":
        facts |= {"user_agent": context.user_agent, "browser": agent.browser, "device": agent.device}
        facts |= {"browser_version": agent.browser_version}
        facts["os"] = " ".join(filter(None, (agent.os, agent.os_version))) or None
    return facts


def _seen(contact: Contact, found: Recognition, counted: _Counted, now: float) -> _Facts:
    absorbed = found.absorbed.first_seen_at if found.absorbed else None
    first_seen = [at for at in (contact.first_seen_at, absorbed, now) if at is not None]
    return {
        "updated_at": now,
        "first_seen_at": min(first_seen),
        "last_seen_at": max(contact.last_seen_at or now, now),
        **counted.facts,
    }


def _counted(contact: Contact, ping: Ping, context: PingContext, now: float) -> _Counted:
    """Activity, and the sessions that it begins. Rules R10 to R12."""
    known = context.active_at(contact.app_id, contact.id)
    active_at = max((at for at in (contact.active_at, known) if at is not None), default=now)
    facts: _Facts = {"active_at": max(active_at, now)}
    if ping.platform != "web":
        opened = _opened(contact, ping, now)
        return _Counted(facts | opened, any=bool(opened), web=False)
    started_at = contact.session_started_at
    visit = sessions.visit(None if started_at is None else Session(started_at, active_at), now)
    if visit.is_new:
        facts["session_started_at"] = visit.session.started_at
        facts["session_count"] = contact.session_count + 1
    return _Counted(facts, any=visit.is_new, web=visit.is_new)


def _opened(contact: Contact, ping: Ping, now: float) -> _Facts:
    """What a mobile session changes; nothing where this ping begins none."""
    if ping.source not in ("register", "active"):
        return {}
    is_ios = ping.platform == "ios"
    last_counted_at = contact.ios_opened_at if is_ios else contact.android_opened_at
    if not sessions.opens_mobile_session(ping.source, last_counted_at, now):
        return {}
    if is_ios:
        return {"ios_opened_at": now, "ios_session_count": contact.ios_session_count + 1}
    return {"android_opened_at": now, "android_session_count": contact.android_session_count + 1}
