"""The commands, as an operator meets them: words in, lines and an exit status out."""

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli, serving
from app.auth import admins, tokens
from app.auth.passwords import Passwords
from app.errors import SettingError
from app.ids import AppId
from app.settings import Settings
from app.storage.database import Database, open_database
from app.storage.migrations import newest_revision
from app.workspaces import operations, store
from app.workspaces.records import Workspace
from support.shell import Outcome, Shell, assert_refused, shell, type_in

__all__ = ["shell"]


async def _workspace(shell: Shell, app_id: str) -> Workspace:
    database = await open_database(shell.url)
    try:
        return await database.read(lambda conn: operations.get_workspace(conn, AppId(app_id)))
    finally:
        await database.close()


def assert_mistyped(outcome: Outcome, what: str) -> None:
    assert outcome.status == 2
    assert outcome.out == ""
    assert what in outcome.err


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
    values = shell.made(
        *("workspace", "create", "Käse & Co", "--region", "au", "--timezone", "Australia/Perth"),
        *("--allowed-origin", "https://A.example/", "--allowed-origin", "http://localhost:3000"),
    )
    made = asyncio.run(_workspace(shell, values["app_id"]))
    assert values["app_id"][0] == "a"
    assert (made.name, made.region, made.timezone) == ("Käse & Co", "au", "Australia/Perth")
    assert made.allowed_origins == ("https://a.example", "http://localhost:3000")


def test_R52_without_a_region_a_workspace_lives_where_this_deployment_does(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORCHLIGHT_REGION", "eu")
    assert shell.made("workspace", "create", "Acme")["app_id"][0] == "e"


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


@pytest.mark.parametrize(
    "arguments",
    [
        ["workspace", "set", "u0000000", "--timezone", "UTC"],
        ["token", "create", "u0000000", "--name", "ci"],
        ["token", "revoke", "u0000000", "ci"],
        ["admin", "create", "u0000000", "ada@example.com", "--password-stdin"],
    ],
)
def test_an_unknown_workspace_is_named_as_such(shell: Shell, arguments: list[str]) -> None:
    assert_refused(shell.run(*arguments), "No workspace has this app_id")


async def _grant(shell: Shell, token: str) -> tokens.TokenGrant:
    database = await open_database(shell.url)
    try:
        return await database.read(lambda conn: tokens.authenticate(conn, token))
    finally:
        await database.close()


def test_token_create_prints_a_token_that_opens_the_workspace(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    outcome = shell.run("token", "create", app_id, "--name", "ci")
    assert re.fullmatch(r"token: pl_\S{43}\n", outcome.out)
    grant = asyncio.run(_grant(shell, outcome.values["token"]))
    assert (grant.app_id, grant.name) == (app_id, "ci")
    assert_refused(shell.run("token", "create", app_id, "--name", "ci"), "named 'ci' exists already")


def test_token_revoke_closes_it(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    token = shell.made("token", "create", app_id, "--name", "ci")["token"]
    assert shell.made("token", "revoke", app_id, "ci") == {"revoked": "ci"}
    with pytest.raises(Exception, match="Access Token Invalid"):
        asyncio.run(_grant(shell, token))
    assert_refused(shell.run("token", "revoke", app_id, "ci"), "No token is named 'ci'")


async def _account(shell: Shell, email: str) -> admins.Admin:
    database = await open_database(shell.url)
    try:
        found = await database.read(lambda conn: admins.find_by_email(conn, email))
    finally:
        await database.close()
    assert found is not None
    return found


@pytest.mark.parametrize(
    "line", [b"correct horse\n", b"correct horse", b"correct horse\r\n", b"correct horse\nmore\n"]
)
def test_R81_admin_create_takes_the_password_from_standard_input(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    type_in(monkeypatch, line)
    made = shell.made("admin", "create", app_id, "Ada@Example.com", "--password-stdin", "--name", "Ada")
    assert made == {"admin_id": "1", "email": "ada@example.com", "role": "admin"}
    account = asyncio.run(_account(shell, "ada@example.com"))
    assert account.name == "Ada"
    assert asyncio.run(Passwords().matches("correct horse", account.password_hash))
    assert b"correct horse" not in (shell.folder / "data" / "porchlight.db").read_bytes()


def test_R81_admin_create_makes_teammates_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    type_in(monkeypatch, b"correct horse\n")
    made = shell.made("admin", "create", app_id, "bob@example.com", "--role", "teammate", "--password-stdin")
    assert made["role"] == "teammate"


def test_an_account_that_exists_joins_and_keeps_its_password(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (shell.made("workspace", "create", name)["app_id"] for name in ("One", "Two"))
    type_in(monkeypatch, b"correct horse\n")
    first = shell.made("admin", "create", one, "ada@example.com", "--password-stdin")
    type_in(monkeypatch, b"another horse\n")
    outcome = shell.run("admin", "create", two, "ada@example.com", "--password-stdin")
    assert outcome.status == 0
    assert outcome.values["admin_id"] == first["admin_id"]
    assert "keeps the password it has" in outcome.err
    account = asyncio.run(_account(shell, "ada@example.com"))
    assert asyncio.run(Passwords().matches("correct horse", account.password_hash))
    type_in(monkeypatch, b"correct horse\n")
    assert_refused(
        shell.run("admin", "create", two, "ada@example.com", "--password-stdin"),
        "is a teammate of this workspace",
    )


@pytest.mark.parametrize(
    ("given", "arguments", "sentence"),
    [
        (b"short\n", ["--password-stdin"], "5 characters: it must have 8"),
        (b"", ["--password-stdin"], "0 characters"),
        (b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\n", ["--password-stdin"], "not UTF-8"),
        (b"correct horse\n", [], "no terminal"),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, given: bytes, arguments: list[str], sentence: str
) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    type_in(monkeypatch, given)
    assert_refused(shell.run("admin", "create", app_id, "ada@example.com", *arguments), sentence)


def test_an_email_that_is_none_is_refused_before_the_password_is_asked(shell: Shell) -> None:
    assert_refused(shell.run("admin", "create", "u0000000", "ada"), "email is 'ada'")


def test_at_a_terminal_the_password_is_asked_twice_and_not_shown(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    keyboard, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "admin", "create", app_id, "ada@example.com"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=shell.folder,
        env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])},
        start_new_session=True,
    )
    assert process.stderr is not None
    # What is typed before the question is thrown away, so each is waited for.
    for _ in range(2):
        asked = b""
        while not asked.endswith(b": "):
            letter = process.stderr.read(1)
            assert letter, asked
            asked += letter
        os.write(keyboard, b"correct horse\n")
    out, _ = process.communicate(timeout=60)
    os.close(terminal)
    os.close(keyboard)
    assert process.returncode == 0
    assert b"admin_id: 1\n" in out
    assert b"correct horse" not in out
    account = asyncio.run(_account(shell, "ada@example.com"))
    assert asyncio.run(Passwords().matches("correct horse", account.password_hash))


def test_migrate_prints_the_revision(shell: Shell) -> None:
    assert shell.run("migrate").out == f"revision: {newest_revision()}\n"
    assert shell.run("migrate").out == f"revision: {newest_revision()}\n"


def test_backup_copies_the_store_without_the_secret_key(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    assert shell.made("backup", "copy.db") == {"backup": "copy.db"}
    plain = sqlite3.connect(shell.folder / "copy.db")
    assert plain.execute("SELECT app_id FROM workspaces").fetchall() == [(app_id,)]
    plain.close()
    key = (shell.folder / "data" / "secret.key").read_bytes().strip()
    assert len(key) >= 32
    assert key not in (shell.folder / "copy.db").read_bytes()
    assert_refused(shell.run("backup", "copy.db"), r"copy\.db exists already")


def test_a_backup_put_in_place_of_the_store_serves_on(shell: Shell) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    shell.made("backup", "copy.db")
    (shell.folder / "data" / "porchlight.db").unlink()
    (shell.folder / "copy.db").rename(shell.folder / "data" / "porchlight.db")
    assert shell.made("check") == {"settings": "ok", "store": "ok"}
    assert shell.made("workspace", "set", app_id, "--timezone", "Asia/Tokyo")["timezone"] == "Asia/Tokyo"


def test_check_finds_nothing_wrong_with_a_sound_store(shell: Shell) -> None:
    shell.made("migrate")
    assert shell.run("check").out == "settings: ok\nstore: ok\n"


def test_check_names_each_fault_of_the_store(shell: Shell) -> None:
    shell.made("migrate")
    plain = sqlite3.connect(shell.folder / "data" / "porchlight.db", isolation_level=None)
    plain.execute("DROP TABLE events")
    plain.execute("DROP INDEX contacts_email")
    plain.close()
    outcome = shell.run("check")
    assert outcome.status == 1
    assert outcome.out == "settings: ok\n"
    assert sorted(outcome.err.splitlines()) == [
        "fault: index contacts_email is missing",
        "fault: table events is missing",
    ]


def test_check_makes_no_store_where_there_is_none(shell: Shell) -> None:
    outcome = shell.run("check")
    assert outcome.status == 1
    assert "there is no database" in outcome.err
    assert not (shell.folder / "data" / "porchlight.db").exists()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORCHLIGHT_OFFLINE_SECONDS", "10", "PORCHLIGHT_OFFLINE_SECONDS is 10: it must be at least twice"),
        ("PORCHLIGHT_GEOIP_MMDB", "pyproject.toml", "PORCHLIGHT_GEOIP_MMDB is"),
        ("PORCHLIGHT_DATABASE_URL", "sqlite+aiosqlite://", "names no file"),
        ("PORCHLIGHT_DATABASE_URL", "mysql://localhost/x", "PORCHLIGHT_DATABASE_URL begins with 'mysql'"),
    ],
)
def test_check_names_a_setting_that_can_not_be_right(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    (shell.folder / "pyproject.toml").write_text("not a city database")
    monkeypatch.setenv(name, value)
    outcome = shell.run("check")
    assert outcome.status == 1
    assert re.search(sentence, outcome.err)
    assert outcome.err.count("\n") == 1


def test_serve_is_given_the_settings_with_its_options(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[str, int, bool]] = []

    def record(settings: Settings, *, with_demo: bool) -> None:
        served.append((settings.host, settings.port, with_demo))

    monkeypatch.setattr(serving, "serve", record)
    assert shell.run("serve").status == 0
    assert shell.run("serve", "--host", "0.0.0.0", "--port", "8123", "--demo").status == 0
    assert served == [("127.0.0.1", 8000, False), ("0.0.0.0", 8123, True)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "65536"], "--port is 65536"),
        (["--port", "-1"], "--port is -1"),
        (["--workers", "2"], "--workers is 2"),
    ],
)
def test_serve_refuses_options_that_can_not_be_right(
    shell: Shell, arguments: list[str], sentence: str
) -> None:
    assert_refused(shell.run("serve", *arguments), sentence)


def test_what_the_server_refuses_is_one_sentence_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(settings: Settings, *, with_demo: bool) -> None:
        raise SettingError("port 8000 is taken")

    monkeypatch.setattr(serving, "serve", refuse)
    assert_refused(shell.run("serve"), "port 8000 is taken")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["nope"], "No such command 'nope'"),
        (["workspace", "create"], "NAME"),
        (["workspace", "create", "Acme", "--region", "mars"], "--region"),
        (["workspace", "set", "u0000000", "--identity-verification", "maybe"], "--identity-verification"),
        (
            ["workspace", "set", "u0000000", "--no-allowed-origins", "--allowed-origin", "https://a.example"],
            "exclude",
        ),
        (
            ["workspace", "set", "u0000000", "--rotate-identity-secret", "--retire-old-identity-secret"],
            "exclude",
        ),
        (["token", "create", "u0000000"], "--name"),
        (["admin", "create", "u0000000", "ada@example.com", "--role", "owner"], "--role"),
        (["serve", "--port", "eighty"], "--port"),
    ],
)
def test_a_mistyped_command_ends_with_status_2(shell: Shell, arguments: list[str], what: str) -> None:
    assert_mistyped(shell.run(*arguments), what)
    assert not (shell.folder / "data").exists()


def test_an_argument_that_is_no_text_is_refused(shell: Shell) -> None:
    assert_refused(shell.run("workspace", "create", "half \udcff"), "not UTF-8")


def test_a_store_that_another_holds_is_named_in_one_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.sqlite.BUSY_SECONDS", 0.05)
    shell.made("migrate")
    other = sqlite3.connect(shell.folder / "data" / "porchlight.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert_refused(shell.run("workspace", "create", "Acme"), "SQLITE_BUSY")
    other.execute("ROLLBACK")
    other.close()


def test_commands_work_while_the_server_writes(shell: Shell) -> None:
    """Another process writes all the while; every workspace it and the command make is there."""

    async def serve_and_run() -> int:
        server = await open_database(shell.url)
        going = True

        async def keep_writing() -> int:
            written = 0
            while going:
                await server.write(lambda conn: operations.create_workspace(conn, "Server", 0.0))
                written += 1
            return written

        writing = [asyncio.create_task(keep_writing()) for _ in range(2)]
        for number in range(2):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app.cli", "workspace", "create", f"Command {number}"),
                cwd=shell.folder,
                env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])},
            )
            assert await process.wait() == 0
        going = False
        written = sum(await asyncio.gather(*writing))
        assert await _count(server) == written + 2
        await server.close()
        return written

    shell.made("migrate")
    assert asyncio.run(serve_and_run()) > 2
    assert shell.made("check") == {"settings": "ok", "store": "ok"}


async def _count(database: Database) -> int:
    return len(await database.read(store.all_workspaces))
