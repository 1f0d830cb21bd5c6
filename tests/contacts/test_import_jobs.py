"""Imports as jobs: rule R55."""

import asyncio
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import pytest
import structlog
from sqlalchemy import Connection, func, select

from app import log
from app.clock import Clock
from app.contacts import import_jobs, import_reader, jobs
from app.contacts.csv_rows import BadLine
from app.contacts.import_files import path_of
from app.contacts.import_jobs import FIRST_LINES, LEAST_LINES, Importer, cancel, lines_in_time, progressed
from app.contacts.imports import MOST_LINES, Outcome
from app.contacts.jobs import Job, JobId
from app.errors import StorageUnavailable
from app.ids import AppId
from app.storage.database import Database, open_database
from app.storage.migrations import migrate
from app.storage.tables import contacts
from app.workspaces.operations import create_workspace
from support.recording import NOW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "imports"
    folder.mkdir()
    return folder


async def begun(
    database: Database,
    folder: Path,
    text: str,
    mapping: dict[str, str] | None = None,
    job_id: str = "a" * 24,
) -> Job:
    def work(conn: Connection) -> Job:
        app_id = create_workspace(conn, "Acme", NOW).app_id
        job = Job(
            app_id, JobId(job_id), "import", "pending", {"mapping": mapping or {}}, NOW, NOW, "token", "7"
        )
        jobs.insert_job(conn, job)
        return job

    job = await database.write(work)
    path_of(folder, job.id).write_text(text)
    return job


async def found(database: Database, job: Job) -> Job:
    now = await database.read(lambda conn: jobs.find_job(conn, job.app_id, job.id))
    assert now is not None
    return now


async def people(database: Database, app_id: AppId) -> int:
    statement = select(func.count()).select_from(contacts).where(contacts.c.app_id == app_id)
    return int(await database.read(lambda conn: conn.execute(statement).scalar_one()))


async def test_R55_a_job_imports_its_file_and_tells_of_bad_lines(database: Database, folder: Path) -> None:
    job = await begun(database, folder, "Mail\na@b.example\nno email\nc@d.example\n", {"Mail": "email"})
    await Importer(database, folder, Clock(at=NOW + 5)).finish_all()
    done = await found(database, job)
    assert (done.state, done.rows_done, done.rows_failed) == ("completed", 3, 1)
    assert [problem["line"] for problem in done.problems] == [3]
    assert done.finished_at is not None
    assert await people(database, job.app_id) == 2
    assert not path_of(folder, job.id).exists()


async def test_R55_after_a_crash_a_job_goes_on_where_it_was(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "FIRST_LINES", 2)
    job = await begun(database, folder, "role,name\n" + "".join(f"lead,Lead {n}\n" for n in range(5)))
    write, writes = database.write, 0

    async def failing(work: object) -> object:
        nonlocal writes
        writes += 1
        if writes == 3:
            raise StorageUnavailable("The database is gone")
        return await write(work)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "write", failing)
    with pytest.raises(StorageUnavailable):
        await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).rows_done == 2
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).state == "completed"
    assert await people(database, job.app_id) == 5


@pytest.mark.parametrize(
    ("lines", "seconds", "following"),
    [
        (100, 0.35, 100),
        (100, 0.7, 50),
        (100, 5.0, LEAST_LINES),  # a slow disk: small, yet it goes on
        (100, 0.01, 200),  # no more than twice as many: one quick batch proves little
        (MOST_LINES, 0.01, MOST_LINES),
        (10, 0.0, 50),
    ],
)
def test_a_batch_holds_as_many_lines_as_are_written_in_its_time(
    lines: int, seconds: float, following: int
) -> None:
    assert lines_in_time(lines, seconds) == following


async def test_what_waits_is_on_the_disk_before_the_next_batch_begins(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "FIRST_LINES", 1)
    await begun(database, folder, "user_id\n1\n2\n")
    write, whole = database.write, import_jobs.import_lines
    blocked, released = threading.Event(), threading.Event()
    waiting: list[asyncio.Task[object]] = []
    committed: list[int] = []

    def block(conn: Connection) -> None:
        blocked.set()
        released.wait()

    async def beside_others(work: Callable[[Connection], object]) -> object:
        """The first write after a batch finds another one in the queue, and one under way."""
        if committed and not waiting:
            waiting.append(asyncio.create_task(write(block)))
            await asyncio.to_thread(blocked.wait)
            waiting.append(asyncio.create_task(write(lambda conn: None)))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(released.set)
        return await write(work)

    def counting(*told: Any, **more: Any) -> Outcome:
        committed.append(database.committed[0])
        return whole(*told, **more)

    monkeypatch.setattr(database, "write", beside_others)
    monkeypatch.setattr(import_jobs, "import_lines", counting)
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    await asyncio.gather(*waiting)
    # The first batch, the one under way, the one that waited, and the importer's own.
    assert committed[1] - committed[0] == 4


@pytest.mark.parametrize("text", ["shoe_size\n1\n", ""])
async def test_R55_a_file_that_can_not_be_read_fails_its_job(
    database: Database, folder: Path, text: str
) -> None:
    job = await begun(database, folder, text)
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    done = await found(database, job)
    assert done.state == "failed"
    assert done.problems[0]["reason"]


async def test_R55_a_job_whose_file_is_gone_fails(database: Database, folder: Path) -> None:
    job = await begun(database, folder, "user_id\n1\n")
    path_of(folder, job.id).unlink()
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).state == "failed"


async def test_R55_a_file_that_brings_out_a_fault_fails_its_job_and_no_other(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await begun(database, folder, "user_id\n1\n")
    other = await begun(database, folder, "user_id\n1\n", job_id="b" * 24)
    whole = import_jobs.import_lines

    def faulty(conn: Connection, app_id: AppId, *told: Any, **more: Any) -> Outcome:
        if app_id == job.app_id:
            raise RuntimeError("a fault")
        return whole(conn, app_id, *told, **more)

    monkeypatch.setattr(import_jobs, "import_lines", faulty)
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    failed = await found(database, job)
    assert (failed.state, failed.problems[0]["line"]) == ("failed", None)
    assert (await found(database, other)).state == "completed"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("fault", [OSError(24, "Too many open files"), PermissionError(13, "Not now")])
async def test_R55_a_file_that_can_not_be_read_now_is_tried_again(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError
) -> None:
    job = await begun(database, folder, "user_id\n1\n")

    def failing(path: Path) -> TextIO:
        raise fault

    with monkeypatch.context() as now:
        now.setattr(import_jobs, "open_file", failing)
        with pytest.raises(StorageUnavailable, match="can't be read now"):
            await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).state == "pending"
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).state == "completed"


async def test_R55_a_job_that_fails_midway_keeps_its_progress_and_its_bad_lines(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "FIRST_LINES", 2)
    job = await begun(database, folder, "email\na@b.example\nno email\nc@d.example\n")
    whole = import_jobs.import_lines

    def faulty(conn: Connection, app_id: AppId, lines: Sequence[Any], **more: Any) -> Outcome:
        if lines[0].number > 2:
            raise RuntimeError("a fault")
        return whole(conn, app_id, lines, **more)

    monkeypatch.setattr(import_jobs, "import_lines", faulty)
    await Importer(database, folder, Clock(at=NOW + 5)).finish_all()
    done = await found(database, job)
    assert (done.state, done.rows_done, done.rows_failed, done.finished_at) == ("failed", 2, 1, NOW + 5)
    assert [problem["line"] for problem in done.problems] == [None, 3]


async def test_R55_a_job_that_is_canceled_midway_is_logged_so(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure(json_lines=True)
    monkeypatch.setattr(import_jobs, "FIRST_LINES", 1)
    job = await begun(database, folder, "user_id\n1\n2\n")
    whole = import_jobs.import_lines

    def canceling(conn: Connection, *told: Any, **more: Any) -> Outcome:
        cancel(conn, job, NOW)
        return whole(conn, *told, **more)

    monkeypatch.setattr(import_jobs, "import_lines", canceling)
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).state == "canceled"
    told = capsys.readouterr().err
    structlog.reset_defaults()
    assert "import.canceled" in told
    assert "import.finished" not in told
    assert list(folder.iterdir()) == []


async def test_R55_a_large_file_is_read_by_a_process_that_ends_with_its_job(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, start = 20_000, import_reader._start
    processes: list[subprocess.Popen[bytes]] = []
    monkeypatch.setattr(import_reader, "_start", lambda: processes.append(start()) or processes[-1])
    job = await begun(database, folder, "user_id,name\n" + "".join(f"{n},Ada\n" for n in range(lines)))
    await database.write(lambda conn: jobs.update_job(conn, replace(job, rows_total=lines)))
    whole = import_jobs.import_lines

    def canceling(conn: Connection, *told: Any, **more: Any) -> Outcome:
        assert processes[0].poll() is None
        cancel(conn, job, NOW)
        return whole(conn, *told, **more)

    monkeypatch.setattr(import_jobs, "import_lines", canceling)
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).state == "canceled"
    assert await people(database, job.app_id) == FIRST_LINES
    assert [process.poll() is not None for process in processes] == [True]


async def test_R55_a_cell_that_postgresql_can_not_store_costs_its_line_alone(
    postgres_url: str, folder: Path
) -> None:
    await asyncio.to_thread(migrate, postgres_url)
    database = await open_database(postgres_url)
    try:
        job = await begun(database, folder, "user_id,email\na\0b,\n1,a\0@b.example\n2,c@d.example\n")
        await Importer(database, folder, Clock(at=NOW)).finish_all()
        done = await found(database, job)
        assert (done.state, done.rows_done, done.rows_failed) == ("completed", 3, 2)
        assert await people(database, job.app_id) == 1
    finally:
        await database.close()


async def test_R61_files_that_no_job_waits_for_go_at_the_start(database: Database, folder: Path) -> None:
    job = await begun(database, folder, "user_id\n1\n")
    done = await begun(database, folder, "user_id\n1\n", job_id="b" * 24)
    await database.write(lambda conn: cancel(conn, done, NOW))
    path_of(folder, JobId("c" * 24)).write_text("user_id\n1\n")
    await Importer(database, folder, Clock(at=NOW)).sweep()
    assert list(folder.iterdir()) == [path_of(folder, job.id)]


async def test_a_file_that_can_not_be_taken_away_stops_nobody(database: Database, folder: Path) -> None:
    path_of(folder, JobId("c" * 24)).mkdir()
    await Importer(database, folder, Clock(at=NOW)).sweep()


@pytest.mark.parametrize(("days", "is_kept"), [(90, True), (90.1, False)])
async def test_R61_a_finished_job_is_forgotten_after_90_days(
    database: Database, folder: Path, days: float, is_kept: bool
) -> None:
    job = await begun(database, folder, "user_id,owner_id\n1,x\n")
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).options == {}
    await Importer(database, folder, Clock(at=NOW + days * 86_400)).forget_finished()
    kept = await database.read(lambda conn: jobs.find_job(conn, job.app_id, job.id))
    assert (kept is not None) is is_kept


async def test_finished_jobs_are_looked_for_once_an_hour(database: Database, folder: Path) -> None:
    job, clock = await begun(database, folder, "user_id\n1\n"), Clock(at=NOW)
    importer = Importer(database, folder, clock)
    await importer.forget_finished()
    old = replace(job, finished_at=NOW - import_jobs.KEPT_SECONDS - 1)
    await database.write(lambda conn: jobs.update_job(conn, old))
    for seconds, is_kept in ((3_599, True), (1, False)):
        clock.advance(seconds)
        await importer.forget_finished()
        kept = await database.read(lambda conn: jobs.find_job(conn, job.app_id, job.id))
        assert (kept is not None) is is_kept


async def test_R55_a_job_that_was_canceled_writes_no_more(database: Database, folder: Path) -> None:
    job = await begun(database, folder, "user_id\n1\n")
    await database.write(lambda conn: cancel(conn, job, NOW))
    await Importer(database, folder, Clock(at=NOW)).finish_all()
    assert (await found(database, job)).state == "canceled"
    assert await people(database, job.app_id) == 0


def test_a_job_counts_what_it_has_looked_at() -> None:
    job = Job(
        AppId("uacme000"), JobId("1"), "import", "pending", {}, NOW, NOW, "cli", rows_done=10, rows_failed=1
    )
    after = progressed(job, Outcome(1, 0, [BadLine(12, "why")]), lines=2, now=NOW + 1)
    assert (after.state, after.rows_done, after.rows_failed, after.updated_at) == ("running", 12, 2, NOW + 1)
    assert after.problems == [{"line": 12, "reason": "why"}]


def test_a_job_remembers_the_first_bad_lines_only() -> None:
    many = [{"line": n, "reason": "why"} for n in range(jobs.MOST_PROBLEMS)]
    job = Job(AppId("uacme000"), JobId("1"), "import", "running", {}, NOW, NOW, "cli", problems=many)
    after = progressed(job, Outcome(0, 0, [BadLine(5000, "why")]), lines=1, now=NOW)
    assert len(after.problems) == jobs.MOST_PROBLEMS
    assert after.rows_failed == 1


def test_a_finished_job_can_not_be_canceled() -> None:
    job = Job(AppId("uacme000"), JobId("1"), "import", "completed", {}, NOW, NOW, "cli", finished_at=NOW)
    assert cancel(None, job, NOW + 1) is job  # type: ignore[arg-type]
    assert replace(job) == job
