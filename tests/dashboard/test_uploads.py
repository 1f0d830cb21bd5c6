"""Forms that bring a file, and who may send one."""

import errno
from dataclasses import replace

import httpx2
import pytest

from app.contacts import import_receiving
from app.dashboard import uploads
from support.desk import Browse, Team, text_of
from support.serving import Served

PAGE = "/settings/imports"
FILE = {"file": ("people.csv", b"user_id\n1\n", "text/csv")}


async def send(client: httpx2.AsyncClient, team: Team, **sent: object) -> httpx2.Response:
    given: dict[str, object] = {"data": {"csrf_token": team.csrf_token}, "files": FILE, **sent}
    return await client.post(team.url(PAGE), **given)  # type: ignore[arg-type]


async def test_a_file_is_taken_from_an_admin(admin: httpx2.AsyncClient, acme: Team) -> None:
    answer = await send(admin, acme)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(acme.url(PAGE) + "/")


async def test_a_file_is_taken_from_nobody_else(
    browse: Browse, admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served
) -> None:
    mate = replace(acme, csrf_token=acme.teammate_csrf_token)
    assert (await send(browse(acme.teammate_token), mate)).status_code == 403
    assert (
        await send(browse(globex.admin_token), replace(acme, csrf_token=globex.csrf_token))
    ).status_code == 404
    assert (await send(browse(), acme)).headers["location"].startswith("/login")
    assert (await send(admin, replace(acme, csrf_token="x"))).status_code == 403
    assert (await send(admin, acme, headers={"origin": "https://evil.example"})).status_code == 403
    assert not list(server.state.settings.data_dir.glob("imports/*"))


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "multipart/form-data", 400),
        (b"nonsense", "multipart/form-data; boundary=x", 400),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x", 400),
        (b"user_id\n1\n", "text/csv", 415),
        (b"csrf_token=x", "application/x-www-form-urlencoded", 415),
    ],
)
async def test_what_is_no_such_form_is_refused(
    admin: httpx2.AsyncClient, acme: Team, content: bytes, content_type: str, status: int
) -> None:
    answer = await admin.post(acme.url(PAGE), content=content, headers={"content-type": content_type})
    assert answer.status_code in {status, 403}
    assert "Traceback" not in answer.text


async def test_a_file_for_which_there_is_no_room_is_refused(
    admin: httpx2.AsyncClient, acme: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.MultiPartParser, "parse", full)
    answer = await send(admin, acme)
    assert answer.status_code == 507
    assert "The disk is full" in text_of(answer.text)


async def test_R55_a_file_may_be_so_long_and_no_longer(
    admin: httpx2.AsyncClient, acme: Team, monkeypatch: pytest.MonkeyPatch, server: Served
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILE_BYTES", 100)
    monkeypatch.setattr(uploads, "_ROOM_FOR_FIELDS", 0)
    answer = await send(admin, acme)
    assert answer.status_code == 413
    assert "longer than 100 bytes" in text_of(answer.text)
    monkeypatch.undo()
    monkeypatch.setattr(import_receiving, "MOST_FILE_BYTES", 4)
    assert (await send(admin, acme)).status_code == 413
    assert not list(server.state.settings.data_dir.glob("imports/*"))
