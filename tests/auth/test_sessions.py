"""R81: sessions of the dashboard, sign-in links, and who hears of a session's end."""

import asyncio
import hashlib

import pytest
from sqlalchemy import text

from app.auth import sessions
from app.auth.admins import create_admin
from app.auth.sessions import SESSION_SECONDS, SIGN_IN_LINK_SECONDS, SessionRegistry
from app.ids import AdminId, AppId
from app.storage.database import Database
from app.workspaces.operations import create_workspace

NOW = 1_700_000_000.0


@pytest.fixture
async def acme(database: Database) -> AppId:
    return (await database.write(lambda conn: create_workspace(conn, "Acme", NOW))).app_id


@pytest.fixture
async def ada(database: Database, acme: AppId) -> AdminId:
    return await database.write(lambda conn: create_admin(conn, acme, "ada@example.com", None, NOW))


@pytest.mark.parametrize(("age", "runs"), [(0, True), (SESSION_SECONDS - 1, True), (SESSION_SECONDS, False)])
async def test_R81_a_session_runs_for_14_days(
    database: Database, ada: AdminId, age: float, runs: bool
) -> None:
    token, begun = await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    found = await database.read(lambda conn: sessions.find_session(conn, token, NOW + age))
    assert found == (begun if runs else None)
    assert begun.admin_id == ada
    assert SESSION_SECONDS == 14 * 24 * 3600


async def test_R81_the_database_holds_only_a_fingerprint(database: Database, ada: AdminId) -> None:
    token, begun = await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    stored = await database.read(
        lambda conn: conn.execute(text("SELECT * FROM dashboard_sessions")).mappings().all()
    )
    assert [row["token_hash"] for row in stored] == [hashlib.sha256(token.encode()).hexdigest()]
    assert token not in str(stored)
    assert len(token) >= 43
    assert begun.csrf_token not in {token, begun.token_hash}


async def test_R81_two_sessions_share_no_secret(database: Database, ada: AdminId) -> None:
    one, first = await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    two, second = await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    assert one != two
    assert first.csrf_token != second.csrf_token


@pytest.mark.parametrize("token", ["", "x", "\ud800", "'; DROP TABLE admins; --", "0" * 64])
async def test_a_token_that_was_never_given_opens_nothing(
    database: Database, ada: AdminId, token: str
) -> None:
    _, begun = await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    assert await database.read(lambda conn: sessions.find_session(conn, token, NOW)) is None
    # Nor does the fingerprint itself, should somebody have read the database.
    assert await database.read(lambda conn: sessions.find_session(conn, begun.token_hash, NOW)) is None


async def test_signing_out_ends_that_session_and_no_other(database: Database, ada: AdminId) -> None:
    one, first = await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    two, second = await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    await database.write(lambda conn: sessions.end_session(conn, first.token_hash))
    assert await database.read(lambda conn: sessions.find_session(conn, one, NOW)) is None
    assert await database.read(lambda conn: sessions.find_session(conn, two, NOW)) == second


async def test_a_new_session_sweeps_out_what_has_expired(database: Database, ada: AdminId) -> None:
    await database.write(lambda conn: sessions.begin_session(conn, ada, NOW))
    await database.write(lambda conn: sessions.begin_session(conn, ada, NOW + SESSION_SECONDS))
    count = text("SELECT count(*) FROM dashboard_sessions")
    assert await database.read(lambda conn: conn.scalar(count)) == 1


@pytest.mark.parametrize(
    ("age", "works"), [(0, True), (SIGN_IN_LINK_SECONDS - 1, True), (SIGN_IN_LINK_SECONDS, False)]
)
async def test_a_sign_in_link_works_within_a_day(
    database: Database, acme: AppId, ada: AdminId, age: float, works: bool
) -> None:
    link = await database.write(lambda conn: sessions.make_sign_in_link(conn, ada, acme, NOW))
    used = await database.write(lambda conn: sessions.use_sign_in_link(conn, link, NOW + age))
    assert used == ((ada, acme) if works else None)


async def test_of_many_clicks_on_a_sign_in_link_one_signs_in(
    database: Database, acme: AppId, ada: AdminId
) -> None:
    link = await database.write(lambda conn: sessions.make_sign_in_link(conn, ada, acme, NOW))
    used = await asyncio.gather(
        *(database.write(lambda conn: sessions.use_sign_in_link(conn, link, NOW)) for _ in range(20))
    )
    assert [one for one in used if one is not None] == [(ada, acme)]
    assert await database.write(lambda conn: sessions.use_sign_in_link(conn, "made up", NOW)) is None


async def test_a_new_sign_in_link_sweeps_out_what_has_expired(
    database: Database, acme: AppId, ada: AdminId
) -> None:
    for at in (NOW, NOW + SIGN_IN_LINK_SECONDS):
        await database.write(lambda conn, at=at: sessions.make_sign_in_link(conn, ada, acme, at))
    count = text("SELECT count(*) FROM sign_in_links")
    assert await database.read(lambda conn: conn.scalar(count)) == 1


def test_the_end_of_a_session_cuts_all_that_is_open_in_its_name() -> None:
    registry, cut = SessionRegistry(), []
    registry.on_end("ada's", lambda: cut.append("one"))
    registry.on_end("ada's", lambda: cut.append("two"))
    registry.on_end("bob's", lambda: cut.append("bob"))
    registry.ended("ada's")
    assert sorted(cut) == ["one", "two"]
    registry.ended("ada's")
    assert len(cut) == 2
    registry.ended("nobody's")


def test_what_has_closed_by_itself_is_not_called() -> None:
    registry, cut = SessionRegistry(), []
    take_back = registry.on_end("ada's", lambda: cut.append("one"))
    registry.on_end("ada's", lambda: cut.append("two"))
    take_back()
    take_back()
    registry.ended("ada's")
    assert cut == ["two"]


def test_a_callback_may_take_itself_back_while_it_is_called() -> None:
    registry, cut = SessionRegistry(), []

    def close() -> None:
        cut.append("closed")
        take_back()

    take_back = registry.on_end("ada's", close)
    registry.on_end("ada's", lambda: cut.append("other"))
    registry.ended("ada's")
    assert sorted(cut) == ["closed", "other"]


def test_one_callback_that_fails_spares_no_other() -> None:
    registry, cut = SessionRegistry(), []

    def fail() -> None:
        raise RuntimeError("gone already")

    for callback in (fail, lambda: cut.append("one"), fail, lambda: cut.append("two")):
        registry.on_end("ada's", callback)
    with pytest.raises(ExceptionGroup):
        registry.ended("ada's")
    assert sorted(cut) == ["one", "two"]
