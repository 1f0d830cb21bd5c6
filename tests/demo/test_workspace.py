"""The demo workspace, in a real database."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.auth.sessions import use_sign_in_link
from app.auth.tokens import authenticate
from app.contacts.listing import View, page_of
from app.demo.people import USERS
from app.demo.workspace import Demo, create_demo
from app.presence.store import read_counts, read_intervals
from app.search.store import count_people
from app.storage.database import Database
from app.storage.tables import companies, contact_companies, contacts

NOW = 1_763_900_000.0


@pytest.fixture
async def demo(database: Database) -> Demo:
    return await database.write(lambda conn: create_demo(conn, NOW, "us"))


async def people(database: Database, demo: Demo) -> list[Any]:
    statement = select(contacts).where(contacts.c.app_id == demo.app_id).order_by(contacts.c.id)
    return await database.read(lambda conn: list(conn.execute(statement)))


async def test_everybody_is_on_the_list(database: Database, demo: Demo) -> None:
    counts = await database.read(
        lambda conn: [count_people(conn, demo.app_id, (role,)) for role in ("user", "lead", "visitor")]
    )
    assert counts == [44, 8, 8]


async def test_the_person_of_the_demo_page_leads_the_list(database: Database, demo: Demo) -> None:
    page = await database.read(lambda conn: page_of(conn, demo.app_id, View()))
    first = page.rows[0]
    assert (first.name, first.external_id) == (USERS[0].name, USERS[0].login)
    assert first.last_seen_at is not None
    assert 180 < NOW - first.last_seen_at < 300


async def test_people_are_found_by_their_names(database: Database, demo: Demo) -> None:
    page = await database.read(lambda conn: page_of(conn, demo.app_id, View(words=("wojcik",))))
    assert [row.name for row in page.rows] == ["Łukasz Wójcik"]


async def test_nobody_is_online_and_everybody_has_a_past(database: Database, demo: Demo) -> None:
    for row in await people(database, demo):
        assert row.created_at <= row.first_seen_at <= row.session_started_at < row.last_seen_at < NOW - 120
        assert row.session_count > 0
        intervals = await database.read(
            lambda conn, row=row: list(read_intervals(conn, demo.app_id, row.id, 0.0))
        )
        assert intervals[-1].online_until == pytest.approx(row.last_seen_at + 120)


async def test_visitors_have_pseudonyms_of_their_own(database: Database, demo: Demo) -> None:
    visitors = [row for row in await people(database, demo) if row.role == "visitor"]
    assert all(row.name is None and row.email is None for row in visitors)
    assert len({row.pseudonym for row in visitors}) == 8
    assert all(row.pseudonym.endswith(f" from {row.city}") for row in visitors)


async def test_every_email_is_kept_free_from_real_people(database: Database, demo: Demo) -> None:
    emails = [row.email for row in await people(database, demo) if row.email]
    assert len(emails) == 52
    assert all(email.endswith(".example") for email in emails)


async def test_colleagues_share_a_company(database: Database, demo: Demo) -> None:
    statement = (
        select(companies.c.name)
        .join(contact_companies, contact_companies.c.company_id == companies.c.id)
        .where(companies.c.app_id == demo.app_id)
    )
    names = await database.read(lambda conn: list(conn.execute(statement).scalars()))
    assert len(names) == 52
    assert names.count("Bramble") == 2


async def test_the_chart_has_a_day_to_show(database: Database, demo: Demo) -> None:
    points = await database.read(lambda conn: read_counts(conn, demo.app_id, NOW - 86_400))
    online = [count for _, count in points]
    assert len(points) == 1_440
    assert max(online) >= 5
    assert sum(online) / len(online) > 1


async def test_the_link_signs_in_once_and_the_token_opens_the_workspace(
    database: Database, demo: Demo
) -> None:
    def work(conn: Connection) -> tuple[Any, Any]:
        return tuple(use_sign_in_link(conn, demo.sign_in_token, NOW) for _ in range(2))  # type: ignore[return-value]

    first, second = await database.write(work)
    assert first is not None
    assert first[1] == demo.app_id
    assert second is None
    grant = await database.read(lambda conn: authenticate(conn, demo.api_token))
    assert grant.app_id == demo.app_id


async def test_the_same_seed_makes_the_same_people(database: Database) -> None:
    def without_ids(rows: list[Any]) -> list[dict[str, Any]]:
        named = [{k: v for k, v in row._mapping.items() if k not in {"app_id", "id"}} for row in rows]
        return sorted(named, key=lambda row: row["created_at"])

    made = [
        await database.write(lambda conn, seed=seed: create_demo(conn, NOW, "us", seed)) for seed in (1, 1, 2)
    ]
    first, same, other = [without_ids(await people(database, demo)) for demo in made]
    assert first == same
    assert first != other
