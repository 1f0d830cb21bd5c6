"""``porchlight token`` and ``porchlight admin``: who may come in."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from app.auth import admins, tokens
from app.auth.passwords import Passwords
from app.storage.database import open_database
from support.shell import Shell, assert_refused, shell, type_in

__all__ = ["shell"]


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
    out, _ = process.communicate(timeout=300)
    os.close(terminal)
    os.close(keyboard)
    assert process.returncode == 0
    assert b"admin_id: 1\n" in out
    assert b"correct horse" not in out
    account = asyncio.run(_account(shell, "ada@example.com"))
    assert asyncio.run(Passwords().matches("correct horse", account.password_hash))
