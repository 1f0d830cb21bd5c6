"""Makes the demo workspace: people, their past, a teammate who may look at them, and a token.

Everything but the secrets follows from the seed and from ``now``. Nobody is online in it: the
first green dot is the one that the reader's own browser turns on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from sqlalchemy import Connection, insert

from app.auth.admins import create_admin
from app.auth.sessions import make_sign_in_link
from app.auth.tokens import create_token
from app.companies import store as companies
from app.companies.records import Company
from app.contacts import store as contacts
from app.contacts.agents import read_agent
from app.contacts.names import split
from app.contacts.pseudonyms import pseudonym
from app.contacts.records import Contact, Role
from app.contacts.shown import name_key, shown_values, words_of
from app.demo.history import Stay, counts, last_seen, stays
from app.demo.people import BROWSERS, LEADS, PAGES, PLACES, USERS, VISITORS, Person
from app.ids import AppId, CompanyId, ContactId
from app.presence.changes import Interval
from app.presence.store import write_intervals
from app.storage.tables import presence_counts
from app.workspaces.operations import create_workspace

NAME: Final = "Demo"
ADMIN_EMAIL: Final = "demo@porchlight.example"
TOKEN_NAME: Final = "demo"
SEED: Final = 820
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made. The sign-in and the token can be read now and never again."""

    app_id: AppId
    sign_in_token: str
    api_token: str


def create_demo(conn: Connection, now: float, seed: int = SEED) -> Demo:
    """Make the demo workspace in this transaction."""
    app_id = create_workspace(conn, NAME, now - 400 * _DAY).app_id
    admin_id = create_admin(conn, app_id, ADMIN_EMAIL, None, now, name="Demo")
    _people_it(conn, app_id, now, Random(seed))
    return Demo(
        app_id,
        sign_in_token=make_sign_in_link(conn, admin_id, app_id, now),
        api_token=create_token(conn, app_id, TOKEN_NAME, now),
    )


def _people_it(conn: Connection, app_id: AppId, now: float, rng: Random) -> None:
    everybody = _in_order_of_last_seen(rng)
    all_stays: list[Stay] = []
    members: list[tuple[Person, Contact]] = []
    for (role, person), seen_at in zip(everybody, last_seen(len(everybody), now, rng), strict=True):
        theirs = stays(PLACES[person.place].timezone, seen_at, now, rng)
        contact = _contact(conn, app_id, role, person, theirs, now=now, rng=rng)
        contacts.insert_contact(conn, contact)
        contacts.insert_words(conn, app_id, contact.id, words_of(shown_values(contact)))
        write_intervals(conn, [Interval(app_id, contact.id, stay.began_at, stay.ended_at) for stay in theirs])
        all_stays += theirs
        members.append((person, contact))
    _make_companies(conn, app_id, members, rng)
    points = [{"app_id": app_id, "at": at, "online": online} for at, online in counts(all_stays, now)]
    conn.execute(insert(presence_counts), points)


def _in_order_of_last_seen(rng: Random) -> list[tuple[Role, Person]]:
    """The first of the users leads the list: it is her whom the demo page signs in."""
    roles: tuple[tuple[Role, Sequence[Person]], ...] = (
        ("user", USERS),
        ("lead", LEADS),
        ("visitor", VISITORS),
    )
    first, *others = [(role, person) for role, people in roles for person in people]
    rng.shuffle(others)
    return [first, *others]


def _contact(
    conn: Connection,
    app_id: AppId,
    role: Role,
    person: Person,
    theirs: Sequence[Stay],
    *,
    now: float,
    rng: Random,
) -> Contact:
    place, agent = PLACES[person.place], read_agent(BROWSERS[person.browser])
    names = split(person.name or "")
    email = f"{person.login}@{person.company}.example" if person.login else None
    last = theirs[-1]
    seen_at = max(last.began_at, last.ended_at - 120)
    created_at = min(theirs[0].began_at, now - rng.uniform(1, 380) * _DAY)
    page_url, page_title = rng.choice(PAGES)
    number = contacts.take_pseudonyms(conn, app_id, place.city)
    contact = Contact(
        app_id=app_id,
        id=ContactId(_object_id(created_at, rng)),
        role=role,
        listed=True,
        pseudonym=pseudonym(number, place.city),
        name_key="",
        created_at=created_at,
        updated_at=seen_at,
        external_id=person.login if role == "user" else None,
        email=email,
        email_key=email,
        name=person.name,
        first_name=names.first,
        last_name=names.last,
        anonymous_id=None if role == "user" else f"{rng.getrandbits(128):032x}",
        signed_up_at=created_at if role == "user" else None,
        first_seen_at=created_at,
        last_seen_at=seen_at,
        active_at=seen_at,
        session_started_at=last.began_at,
        session_count=len(theirs) + int((now - created_at) / _DAY * rng.uniform(0.05, 0.6)),
        user_agent=BROWSERS[person.browser],
        browser=agent.browser,
        browser_version=agent.browser_version,
        os=" ".join(filter(None, (agent.os, agent.os_version))) or None,
        device=agent.device,
        timezone=place.timezone,
        country=place.country,
        country_code=place.country_code,
        region=place.region,
        city=place.city,
        page_url=page_url,
        page_title=page_title,
        referrer="https://search.example/" if role == "visitor" else None,
        custom_attributes=_attributes(person, created_at, rng),
    )
    return replace(contact, name_key=name_key(shown_values(contact)))


def _attributes(person: Person, created_at: float, rng: Random) -> dict[str, str | int | float | bool]:
    if person.plan is None:
        return {}
    seats = {"Free": 1, "Team": rng.randint(3, 25), "Business": rng.randint(30, 400)}[person.plan]
    renewed_at = int(created_at + rng.randint(0, 11) * 30 * _DAY)
    return {"plan": person.plan, "seats": seats, "newsletter": rng.random() < 0.4, "renewed_at": renewed_at}


def _make_companies(
    conn: Connection, app_id: AppId, members: Sequence[tuple[Person, Contact]], rng: Random
) -> None:
    for name, people in _by_company(members):
        first_seen_at = min(contact.created_at for contact in people)
        seen_at = max(contact.last_seen_at or first_seen_at for contact in people)
        company = Company(
            app_id=app_id,
            id=CompanyId(_object_id(first_seen_at, rng)),
            company_id=name,
            name=name.title(),
            created_at=first_seen_at,
            updated_at=seen_at,
            last_seen_at=seen_at,
            session_count=sum(contact.session_count for contact in people if contact.role == "user"),
            custom_attributes={},
        )
        companies.insert_companies(conn, [company])
        for contact in people:
            companies.attach(conn, app_id, contact.id, [company.id], contact.created_at)


def _by_company(members: Sequence[tuple[Person, Contact]]) -> Iterator[tuple[str, list[Contact]]]:
    for name in dict.fromkeys(person.company for person, _ in members if person.company):
        yield name, [contact for person, contact in members if person.company == name]


def _object_id(created_at: float, rng: Random) -> str:
    """An id like any other, but for its random part, which follows from the seed."""
    return f"{int(created_at):08x}{rng.getrandbits(64):016x}"
