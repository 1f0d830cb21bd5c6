"""R81, R83: bearer tokens open one workspace, until they are revoked."""

import hashlib

import pytest
from sqlalchemy import text

from app.auth import tokens
from app.errors import Conflict, NotFound, ParameterInvalid, Unauthorized
from app.ids import AppId
from app.storage.database import Database
from app.workspaces.operations import create_workspace

NOW = 1_700_000_000.0


@pytest.fixture
async def acme(database: Database) -> AppId:
    return (await database.write(lambda conn: create_workspace(conn, "Acme", NOW))).app_id


@pytest.fixture
async def other(database: Database) -> AppId:
    return (await database.write(lambda conn: create_workspace(conn, "Other", NOW))).app_id


async def test_R83_a_token_opens_its_own_workspace(database: Database, acme: AppId, other: AppId) -> None:
    mine = await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW))
    theirs = await database.write(lambda conn: tokens.create_token(conn, other, "ci", NOW))
    grants = await database.read(
        lambda conn: (tokens.authenticate(conn, mine), tokens.authenticate(conn, theirs))
    )
    assert [(grant.app_id, grant.name) for grant in grants] == [(acme, "ci"), (other, "ci")]
    assert grants[0].token_id != grants[1].token_id


async def test_R81_the_database_holds_a_fingerprint_and_the_beginning(
    database: Database, acme: AppId
) -> None:
    token = await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW))
    (row,) = await database.read(lambda conn: conn.execute(text("SELECT * FROM api_tokens")).mappings().all())
    assert token.startswith("pl_")
    assert len(token) >= 46
    assert row["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)
    (shown,) = await database.read(lambda conn: tokens.list_tokens(conn, acme))
    assert shown == tokens.TokenShown("ci", token[:9], NOW)


@pytest.mark.parametrize("wrong", ["", "pl_", "pl_wrong", "Bearer x", "\ud800", "é", "' OR 1=1 --"])
async def test_what_is_no_token_opens_nothing(database: Database, acme: AppId, wrong: str) -> None:
    token = await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW))
    for text_given in (
        wrong,
        token[:-1],
        token + "x",
        token.upper(),
        hashlib.sha256(token.encode()).hexdigest(),
    ):
        with pytest.raises(Unauthorized, match="Access Token Invalid"):
            await database.read(lambda conn, given=text_given: tokens.authenticate(conn, given))


async def test_R81_a_revoked_token_opens_nothing_and_its_name_is_free(
    database: Database, acme: AppId
) -> None:
    token = await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW))
    kept = await database.write(lambda conn: tokens.create_token(conn, acme, "backend", NOW))
    grant = await database.read(lambda conn: tokens.authenticate(conn, token))
    assert await database.read(lambda conn: tokens.is_live(conn, grant.token_id))
    await database.write(lambda conn: tokens.revoke_token(conn, acme, "ci", NOW + 1))
    assert not await database.read(lambda conn: tokens.is_live(conn, grant.token_id))
    with pytest.raises(Unauthorized):
        await database.read(lambda conn: tokens.authenticate(conn, token))
    assert (await database.read(lambda conn: tokens.authenticate(conn, kept))).name == "backend"
    assert await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW + 2)) != token


async def test_R83_a_token_is_revoked_in_its_own_workspace_only(
    database: Database, acme: AppId, other: AppId
) -> None:
    token = await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW))
    with pytest.raises(NotFound, match="'ci'"):
        await database.write(lambda conn: tokens.revoke_token(conn, other, "ci", NOW))
    assert (await database.read(lambda conn: tokens.authenticate(conn, token))).app_id == acme


async def test_a_name_is_taken_once_while_its_token_lives(
    database: Database, acme: AppId, other: AppId
) -> None:
    await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW))
    with pytest.raises(Conflict, match="named 'ci' exists already"):
        await database.write(lambda conn: tokens.create_token(conn, acme, "ci", NOW))
    await database.write(lambda conn: tokens.create_token(conn, other, "ci", NOW))


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
async def test_a_name_that_can_not_be_shown_is_refused(database: Database, acme: AppId, name: str) -> None:
    with pytest.raises(ParameterInvalid, match="1 to 100 characters"):
        await database.write(lambda conn: tokens.create_token(conn, acme, name, NOW))
