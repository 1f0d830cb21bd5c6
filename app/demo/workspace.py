"""Makes the demo workspace: people, their past, a teammate who may look at them, and a token.

Everything but ids and secrets follows from the seed and from ``now``. Nobody is online in it: the
first green dot is the one that the reader's own browser turns on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Final

from sqlalchemy import Connection, insert

from app.attributes.operations import make_missing
from app.auth.admins import create_admin, members_of
from app.auth.sessions import make_sign_in_link, renew_sign_in_link
from app.auth.tokens import create_token
from app.companies import store as companies
from app.companies.records import Company
from app.contacts.agents import read_agent
from app.contacts.bulk import insert_contacts, newcomer
from app.contacts.records import Contact, Role
from app.demo.history import LINGER_SECONDS, Stay, counts, last_seen, stays
from app.demo.people import BROWSERS, LEADS, PAGES, PLACES, USERS, VISITORS, Person
from app.ids import AppId, Region, new_company_id
from app.presence.changes import Interval
from app.presence.store import write_intervals
from app.storage.tables import presence_counts
from app.workspaces.operations import create_workspace
from app.workspaces.records import Workspace

NAME: Final = "Demo"
ADMIN_EMAIL: Final = "demo@porchlight.example"
TOKEN_NAME: Final = "demo"
SEED: Final = 820
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made. The sign-in and the token can be read now and never again; no token where it was made before."""

    app_id: AppId
    sign_in_token: str
    api_token: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a company."""

    company: str
    contact: Contact


def create_demo(conn: Connection, now: float, region: Region, seed: int = SEED) -> Demo:
    """Make the demo workspace in this transaction; ``region`` is this deployment's, which serves no other."""
    app_id = create_workspace(conn, NAME, now - 400 * _DAY, region=region).app_id
    admin_id = create_admin(conn, app_id, ADMIN_EMAIL, None, now, name="Demo")
    _people_it(conn, app_id, now, Random(seed))
    return Demo(
        app_id,
        sign_in_token=make_sign_in_link(conn, admin_id, app_id, now),
        api_token=create_token(conn, app_id, TOKEN_NAME, now),
    )


def renew_demo(conn: Connection, workspaces: Sequence[Workspace], now: float) -> Demo | None:
    """Another sign-in for a demo that nobody has made use of; none where that is not all there is.

    Whoever made it may never have read where it is: the server may have died before it could say so.
    """
    if [workspace.name for workspace in workspaces] != [NAME]:
        return None
    app_id = workspaces[0].app_id
    members = members_of(conn, app_id)
    if [member.email for member in members] != [ADMIN_EMAIL]:
        return None
    sign_in_token = renew_sign_in_link(conn, members[0].id, app_id, now)
    return None if sign_in_token is None else Demo(app_id, sign_in_token, api_token=None)


def _people_it(conn: Connection, app_id: AppId, now: float, rng: Random) -> None:
    cast = _in_order_of_last_seen(rng)
    seen = last_seen(len(cast), now, rng)
    pasts = [
        stays(PLACES[person.place].timezone, seen_at, now, rng)
        for (_, person), seen_at in zip(cast, seen, strict=True)
    ]
    newcomers = [
        _newcomer(app_id, role, person, theirs, now=now, rng=rng)
        for (role, person), theirs in zip(cast, pasts, strict=True)
    ]
    firsts = {name: value for contact in newcomers for name, value in contact.custom_attributes.items()}
    make_missing(conn, app_id, "contact", firsts, now)
    insert_contacts(conn, app_id, newcomers)
    for contact, theirs in zip(newcomers, pasts, strict=True):
        write_intervals(conn, [Interval(app_id, contact.id, stay.began_at, stay.ended_at) for stay in theirs])
    members = [
        Member(person.company, contact)
        for (_, person), contact in zip(cast, newcomers, strict=True)
        if person.company
    ]
    _make_companies(conn, app_id, members)
    points = [
        {"app_id": app_id, "at": at, "online": online}
        for at, online in counts(chain.from_iterable(pasts), now)
    ]
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


def _newcomer(
    app_id: AppId, role: Role, person: Person, theirs: Sequence[Stay], *, now: float, rng: Random
) -> Contact:
    place, agent = PLACES[person.place], read_agent(BROWSERS[person.browser])
    last = theirs[-1]
    seen_at = last.ended_at - LINGER_SECONDS
    created_at = min(theirs[0].began_at, now - rng.uniform(1, 380) * _DAY)
    page_url, page_title = rng.choice(PAGES)
    return newcomer(
        app_id,
        role,
        created_at,
        updated_at=now,
        external_id=person.login if role == "user" else None,
        email=f"{person.login}@{person.company}.example" if person.login else None,
        name=person.name,
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


def _attributes(person: Person, created_at: float, rng: Random) -> dict[str, str | int | float | bool]:
    if person.plan is None:
        return {}
    seats = {"Free": 1, "Team": rng.randint(3, 25), "Business": rng.randint(30, 400)}[person.plan]
    renewed_at = int(created_at + rng.randint(0, 11) * 30 * _DAY)
    return {"plan": person.plan, "seats": seats, "newsletter": rng.random() < 0.4, "renewed_at": renewed_at}


def _make_companies(conn: Connection, app_id: AppId, members: Sequence[Member]) -> None:
    for name in dict.fromkeys(member.company for member in members):
        theirs = [member for member in members if member.company == name]
        first_seen_at = min(member.contact.created_at for member in theirs)
        seen_at = max(member.contact.last_seen_at or first_seen_at for member in theirs)
        company = Company(
            app_id=app_id,
            id=new_company_id(first_seen_at),
            company_id=name,
            name=name.title(),
            created_at=first_seen_at,
            updated_at=seen_at,
            last_seen_at=seen_at,
            session_count=sum(m.contact.session_count for m in theirs if m.contact.role == "user"),
            custom_attributes={},
        )
        companies.insert_companies(conn, [company])
        for member in theirs:
            companies.attach(conn, app_id, member.contact.id, [company.id], member.contact.created_at)
