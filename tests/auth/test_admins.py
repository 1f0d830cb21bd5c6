"""R81, R83: accounts, and their roles in workspaces."""

import pytest

from app.auth import admins
from app.errors import Conflict, NotFound, ParameterInvalid
from app.ids import AdminId, AppId
from app.storage.database import Database
from app.workspaces.operations import create_workspace

NOW = 1_700_000_000.0


@pytest.fixture
async def acme(database: Database) -> AppId:
    return (await database.write(lambda conn: create_workspace(conn, "Acme", NOW))).app_id


@pytest.fixture
async def other(database: Database) -> AppId:
    return (await database.write(lambda conn: create_workspace(conn, "Other", NOW))).app_id


async def test_R81_an_account_is_found_by_email_however_it_is_written(
    database: Database, acme: AppId
) -> None:
    made = await database.write(
        lambda conn: admins.create_admin(conn, acme, " Ada@Example.COM ", "hash", NOW, name="Ada")
    )
    found = await database.read(lambda conn: admins.find_by_email(conn, "ADA@example.com "))
    assert found == admins.Admin(made, "ada@example.com", "Ada", "hash")
    assert await database.read(lambda conn: admins.find_admin(conn, made)) == found
    assert await database.read(lambda conn: admins.find_by_email(conn, "bob@example.com")) is None


async def test_R83_a_role_counts_in_its_own_workspace_only(
    database: Database, acme: AppId, other: AppId
) -> None:
    ada = await database.write(lambda conn: admins.create_admin(conn, acme, "ada@example.com", "hash", NOW))
    bob = await database.write(
        lambda conn: admins.create_admin(conn, acme, "bob@example.com", "hash", NOW, role="teammate")
    )
    roles = await database.read(
        lambda conn: [
            admins.role_in(conn, acme, ada),
            admins.role_in(conn, acme, bob),
            admins.role_in(conn, other, ada),
            admins.role_in(conn, AppId("u0000000"), ada),
            admins.role_in(conn, acme, AdminId(999)),
        ]
    )
    assert roles == ["admin", "teammate", None, None, None]
    assert await database.read(lambda conn: admins.members_of(conn, other)) == []


async def test_an_account_joins_a_second_workspace_with_its_own_password(
    database: Database, acme: AppId, other: AppId
) -> None:
    ada = await database.write(lambda conn: admins.create_admin(conn, acme, "ada@example.com", "first", NOW))
    again = await database.write(
        lambda conn: admins.create_admin(conn, other, "Ada@example.com", "second", NOW, role="teammate")
    )
    assert again == ada
    account = await database.read(lambda conn: admins.find_admin(conn, ada))
    assert account is not None
    assert account.password_hash == "first"
    memberships = await database.read(lambda conn: admins.workspaces_of(conn, ada))
    assert memberships == [
        admins.Membership(acme, "Acme", "admin"),
        admins.Membership(other, "Other", "teammate"),
    ]


async def test_an_account_without_a_password_gets_the_one_it_is_given(
    database: Database, acme: AppId, other: AppId
) -> None:
    ada = await database.write(lambda conn: admins.create_admin(conn, acme, "ada@example.com", None, NOW))
    await database.write(lambda conn: admins.create_admin(conn, other, "ada@example.com", "hash", NOW))
    account = await database.read(lambda conn: admins.find_admin(conn, ada))
    assert account is not None
    assert account.password_hash == "hash"


async def test_nobody_joins_a_workspace_twice(database: Database, acme: AppId) -> None:
    await database.write(lambda conn: admins.create_admin(conn, acme, "ada@example.com", "hash", NOW))
    with pytest.raises(Conflict, match=r"ada@example\.com is a teammate"):
        await database.write(lambda conn: admins.create_admin(conn, acme, "ada@example.com", "hash", NOW))
    assert len(await database.read(lambda conn: admins.members_of(conn, acme))) == 1


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a da@example.com",
        "ada@exam ple.com",
        "a@b@c",
        "ada@example..com",
        "ada@.example",
        "ada@example.com\0",
        "ada\u200b@example.com",
        "\ud800@example.com",
        "x" * 65 + "@example.com",
    ],
)
async def test_what_is_no_email_is_refused(database: Database, acme: AppId, email: str) -> None:
    with pytest.raises(ParameterInvalid, match="write it as"):
        await database.write(lambda conn: admins.create_admin(conn, acme, email, "hash", NOW))


@pytest.mark.parametrize(
    "email", ["ada@localhost", "ada@office.local", "ada+x@sub.example.com", "王@例子.example"]
)
async def test_emails_of_small_networks_and_other_scripts_are_taken(
    database: Database, acme: AppId, email: str
) -> None:
    made = await database.write(lambda conn: admins.create_admin(conn, acme, email, "hash", NOW))
    found = await database.read(lambda conn: admins.find_by_email(conn, email))
    assert found is not None
    assert found.id == made


async def test_a_role_that_does_not_exist_is_refused(database: Database, acme: AppId) -> None:
    with pytest.raises(ParameterInvalid, match="role is 'owner': it is one of admin, teammate"):
        await database.write(
            lambda conn: admins.create_admin(conn, acme, "ada@example.com", "hash", NOW, role="owner")
        )


async def test_the_last_admin_stays_and_others_may_go(database: Database, acme: AppId, other: AppId) -> None:
    ada = await database.write(lambda conn: admins.create_admin(conn, acme, "ada@example.com", "hash", NOW))
    bob = await database.write(
        lambda conn: admins.create_admin(conn, acme, "bob@example.com", "hash", NOW, role="teammate")
    )
    with pytest.raises(Conflict, match="last admin"):
        await database.write(lambda conn: admins.remove_member(conn, acme, ada))
    with pytest.raises(NotFound):
        await database.write(lambda conn: admins.remove_member(conn, other, bob))
    await database.write(lambda conn: admins.remove_member(conn, acme, bob))
    members = await database.read(lambda conn: admins.members_of(conn, acme))
    assert [member.email for member in members] == ["ada@example.com"]
