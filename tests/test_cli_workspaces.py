"""``porchlight workspace``: made and set, by words."""

import asyncio
import re

import pytest

from app.ids import AppId
from app.storage.database import open_database
from app.workspaces import operations
from app.workspaces.records import Workspace
from support.shell import Shell, assert_refused, shell

__all__ = ["shell"]


async def _workspace(shell: Shell, app_id: str) -> Workspace:
    database = await open_database(shell.url)
    try:
        return await database.read(lambda conn: operations.get_workspace(conn, AppId(app_id)))
    finally:
        await database.close()


def test_workspace_create_prints_its_app_id_and_identity_secret(shell: Shell) -> None:
    outcome = shell.run("workspace", "create", "Acme", "--region", "us", "--timezone", "UTC")
    assert outcome.status == 0
    assert re.fullmatch(r"app_id: u[a-z0-9]{7}\nidentity_secret: \S{32,}\n", outcome.out)
    made = asyncio.run(_workspace(shell, outcome.values["app_id"]))
    assert made.name == "Acme"
    assert made.identity_secrets == (outcome.values["identity_secret"],)
    assert made.allowed_origins == ()
    assert not made.identity_verification


def test_workspace_create_takes_region_time_zone_and_origins(shell: Shell) -> None:
    outcome = shell.run(
        *("workspace", "create", "Käse & Co", "--region", "au", "--timezone", "Australia/Perth"),
        *("--allowed-origin", "https://A.example/", "--allowed-origin", "http://localhost:3000"),
    )
    values = outcome.values
    made = asyncio.run(_workspace(shell, values["app_id"]))
    assert values["app_id"][0] == "a"
    assert (made.name, made.region, made.timezone) == ("Käse & Co", "au", "Australia/Perth")
    assert made.allowed_origins == ("https://a.example", "http://localhost:3000")


def test_R52_without_a_region_a_workspace_lives_where_this_deployment_does(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORCHLIGHT_REGION", "eu")
    assert shell.made("workspace", "create", "Acme")["app_id"][0] == "e"


def test_R52_who_makes_a_workspace_of_another_region_is_told_that_it_is_not_served_here(shell: Shell) -> None:
    outcome = shell.run("workspace", "create", "Acme", "--region", "eu")
    assert outcome.status == 0
    assert "This deployment serves the us region" in outcome.err
    assert shell.run("workspace", "create", "Acme", "--region", "us").err == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["", "--timezone", "UTC"], "0 characters"),
        (["Acme", "--timezone", "Mars/Olympus"], "timezone is 'Mars/Olympus'"),
        (["Acme", "--allowed-origin", "shop.example"], "allowed_origin is 'shop.example'"),
        (["Acme", "--allowed-origin", "*"], "without a wildcard"),
    ],
)
def test_workspace_create_refuses_in_one_sentence(shell: Shell, arguments: list[str], sentence: str) -> None:
    assert_refused(shell.run("workspace", "create", *arguments), sentence)


def test_workspace_set_turns_only_what_it_is_told_to(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme", "--timezone", "Asia/Tokyo")["app_id"]
    outcome = shell.run("workspace", "set", app_id, "--identity-verification", "on")
    assert outcome.out == f"app_id: {app_id}\nidentity_verification: on\ntimezone: Asia/Tokyo\n"
    outcome = shell.run(
        *(
            "workspace",
            "set",
            app_id,
            "--allowed-origin",
            "https://a.example",
            "--allowed-origin",
            "https://b.example",
        )
    )
    assert outcome.out == (
        f"app_id: {app_id}\nidentity_verification: on\ntimezone: Asia/Tokyo\n"
        "allowed_origin: https://a.example\nallowed_origin: https://b.example\n"
    )
    assert shell.made("workspace", "set", app_id, "--timezone", "UTC")["timezone"] == "UTC"
    assert asyncio.run(_workspace(shell, app_id)).allowed_origins == (
        "https://a.example",
        "https://b.example",
    )
    shell.made("workspace", "set", app_id, "--allowed-origin", "https://c.example")
    assert asyncio.run(_workspace(shell, app_id)).allowed_origins == ("https://c.example",)
    shell.made("workspace", "set", app_id, "--no-allowed-origins", "--identity-verification", "off")
    changed = asyncio.run(_workspace(shell, app_id))
    assert changed.allowed_origins == ()
    assert not changed.identity_verification


def test_R80_workspace_set_rotates_the_identity_secret_in_two_steps(shell: Shell) -> None:
    made = shell.made("workspace", "create", "Acme")
    rotated = shell.made("workspace", "set", made["app_id"], "--rotate-identity-secret")
    both = (rotated["identity_secret"], made["identity_secret"])
    assert asyncio.run(_workspace(shell, made["app_id"])).identity_secrets == both
    retired = shell.made("workspace", "set", made["app_id"], "--retire-old-identity-secret")
    assert "identity_secret" not in retired
    assert asyncio.run(_workspace(shell, made["app_id"])).identity_secrets == both[:1]


def test_a_refused_workspace_set_changes_nothing(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    before = asyncio.run(_workspace(shell, app_id))
    outcome = shell.run("workspace", "set", app_id, "--rotate-identity-secret", "--timezone", "Mars")
    assert_refused(outcome, "timezone is 'Mars'")
    assert asyncio.run(_workspace(shell, app_id)) == before
