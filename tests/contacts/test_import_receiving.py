"""A file comes in, and becomes a job. Rule R55."""

import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.contacts import import_receiving, jobs
from app.contacts.import_jobs import DRAFT_KIND
from app.contacts.import_receiving import begin_import, get_job, new_job, receive, stop_import
from app.contacts.jobs import JobId
from app.errors import BodyTooLarge, NotFound, StorageFull, StorageUnavailable
from app.ids import AppId
from app.trail.records import Actor
from support.recording import NOW, Recorder
from support.trail import logged

TESS = Actor("admin", "7")
ONE = JobId(f"{1:024x}")


async def parts(*given: bytes) -> AsyncIterator[bytes]:
    for part in given:
        yield part


async def test_a_file_is_put_away_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "imports" / "one.csv"
    await receive(parts(b"user_id\n", b"1\n"), path)
    assert path.read_bytes() == b"user_id\n1\n"
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_R55_a_file_may_be_so_long_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_receiving, "MOST_FILE_BYTES", 4)
    await receive(parts(b"12", b"34"), tmp_path / "fits.csv")
    with pytest.raises(BodyTooLarge):
        await receive(parts(b"12", b"345"), tmp_path / "too_long.csv")


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, StorageUnavailable)],
)
async def test_a_disk_that_takes_no_more_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: type[StorageUnavailable]
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageUnavailable) as refused:
        await receive(parts(b"12"), tmp_path / "one.csv")
    assert refused.type is told


def test_a_draft_waits_until_it_is_begun_and_forgets_what_its_file_was_called(recorder: Recorder) -> None:
    conn, app_id = recorder.conn, recorder.app_id
    draft = new_job(app_id, ONE, TESS, NOW, kind=DRAFT_KIND, file_name="ada@example.com.csv")
    jobs.insert_job(conn, draft)
    assert jobs.next_job(conn, "import") is None
    with pytest.raises(NotFound):
        get_job(conn, app_id, ONE)
    begun = begin_import(conn, get_job(conn, app_id, ONE, DRAFT_KIND), {"Mail": "email"}, 3, NOW + 5)
    assert jobs.next_job(conn, "import") == get_job(conn, app_id, ONE)
    assert (begun.options, begun.rows_total, begun.created_at) == ({"mapping": {"Mail": "email"}}, 3, NOW + 5)
    assert logged(recorder) == [("import.begun", ONE)]


def test_what_is_stopped_is_on_the_log(recorder: Recorder) -> None:
    job = begin_import(recorder.conn, new_job(recorder.app_id, ONE, TESS, NOW), {}, 1, NOW)
    assert stop_import(recorder.conn, job, TESS, NOW).state == "canceled"
    assert logged(recorder) == [("import.begun", ONE), ("import.canceled", ONE)]


def test_R83_a_job_of_another_workspace_is_not_found(recorder: Recorder) -> None:
    begin_import(recorder.conn, new_job(recorder.app_id, ONE, TESS, NOW), {}, 1, NOW)
    for app_id, job_id in ((AppId("uother"), ONE), (recorder.app_id, "x"), (recorder.app_id, "")):
        with pytest.raises(NotFound):
            get_job(recorder.conn, app_id, job_id)
