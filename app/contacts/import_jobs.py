"""Imports as jobs: a file is put away, and read batch by batch while everything else goes on.

A batch takes a third of a second, as pings share the write queue with it; heartbeats don't, and never
wait. (Many lines that share a commit cost half as much.) What waits when it is done is written before the
next one begins. Its progress is committed with it: after a crash the job goes on behind the last line that
is on the disk. The file goes when its job is finished, and the job itself a while later: what it tells is
about people. Rule R55.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from app.attributes.records import DataAttribute
from app.clock import Clock, monotonic
from app.contacts import jobs
from app.contacts.csv_rows import BadLine, Line
from app.contacts.import_files import open_file, open_table, path_of, writable_attributes
from app.contacts.import_reader import Reading, lines_of
from app.contacts.imports import MOST_LINES, Outcome, import_lines
from app.contacts.jobs import MOST_PROBLEMS, Job
from app.errors import PorchlightError, StorageUnavailable
from app.log import get_logger
from app.storage.database import Database
from app.storage.lookout import Lookout

FOLDER: Final = "imports"
KIND: Final = "import"
DRAFT_KIND: Final = "import_draft"
"""A file whose columns are looked at in the dashboard: nobody works on it until an admin says so."""
DRAFT_SECONDS: Final = 24 * 3_600.0
KEPT_SECONDS: Final = 90 * 24 * 3_600.0
"""How long a job is shown after it was finished."""
FORGET_SECONDS: Final = 3_600.0

FIRST_LINES: Final = 100
LEAST_LINES: Final = 50
BATCH_SECONDS: Final = 0.35
"""What waits in the write queue meanwhile waits for so long: pings, whose dots then go on."""


def cancel(conn: Connection, job: Job, now: float) -> Job:
    """Stop a job that is not finished; what it has written stays."""
    if job.is_finished:
        return job
    canceled = replace(job, state="canceled", options={}, updated_at=now, finished_at=now)
    jobs.update_job(conn, canceled)
    return canceled


def finish(conn: Connection, job: Job, reason: str | None, now: float) -> Job | None:
    """End a job as completed, or, for a ``reason``, as failed; none where it was canceled meanwhile."""
    held = _live(conn, job)
    if held is None:
        return None
    done = replace(
        held,
        state="failed" if reason else "completed",
        problems=[{"line": None, "reason": reason}, *held.problems] if reason else held.problems,
        # Which columns were mapped is of no use any more, and where a file has no header they name somebody.
        options={},
        updated_at=now,
        finished_at=now,
    )
    jobs.update_job(conn, done)
    return done


def remove_file(path: Path) -> None:
    """Take a job's file away; one that can't be is logged, and tried again at the next start."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        get_logger().error("import.file_stays", job=path.stem, reason=type(error).__name__)


def progressed(job: Job, outcome: Outcome, *, lines: int, now: float) -> Job:
    """The job after one more batch of ``lines``."""
    problems = [{"line": bad.number, "reason": bad.reason} for bad in outcome.problems]
    return replace(
        job,
        state="running",
        rows_done=job.rows_done + lines,
        rows_failed=job.rows_failed + len(problems),
        problems=[*job.problems, *problems][:MOST_PROBLEMS],
        updated_at=now,
    )


def lines_in_time(lines: int, seconds: float) -> int:
    """How many lines the next batch may have where the last ``lines`` took so long, by real time."""
    fitting = int(lines * BATCH_SECONDS / seconds) if seconds > 0 else MOST_LINES
    return max(LEAST_LINES, min(fitting, 2 * lines, MOST_LINES))


class Importer:
    """Takes import jobs one at a time, the oldest first. ``folder`` is where their files are."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._forgot_at = float("-inf")

    async def sweep(self) -> None:
        """Take away the files that no job waits for: whoever was to do so was killed.

        At the start alone, before the first request: a file that is coming in has no job yet.
        """
        live = await self._database.read(jobs.live_ids)
        for path in self._folder.glob("*.csv"):
            if path.stem not in live:
                remove_file(path)

    async def run(self, lookout: Lookout) -> None:
        """Work for as long as the server runs."""
        await lookout.keep(_oldest, self._take_up, event="import.waits")

    async def _take_up(self, oldest: tuple[Job | None, Job | None]) -> None:
        job, draft = oldest
        if job is not None:
            await self.finish_all()
        if draft is not None and self._is_stale(draft):
            await self.forget_drafts()
        await self.forget_finished()

    async def finish_all(self) -> None:
        """Work until no job waits; raises StorageUnavailable, and goes on where it was when called again."""
        while job := await self._database.read(lambda conn: jobs.next_job(conn, KIND)):
            await self._finish(job)

    async def forget_drafts(self) -> None:
        """Take away the files that a day ago were sent and never imported: they are full of people."""
        while draft := await self._database.read(lambda conn: jobs.next_job(conn, DRAFT_KIND)):
            if not self._is_stale(draft):
                return
            await self._database.write(partial(jobs.delete_job, job=draft))
            remove_file(path_of(self._folder, draft.id))

    def _is_stale(self, draft: Job) -> bool:
        return draft.created_at <= self._clock.now() - DRAFT_SECONDS

    async def forget_finished(self) -> None:
        """Once an hour, remove the jobs that were finished long ago."""
        now = self._clock.now()
        if now - self._forgot_at >= FORGET_SECONDS:
            await self._database.write(lambda conn: jobs.forget_finished(conn, now - KEPT_SECONDS))
            self._forgot_at = now

    async def _finish(self, job: Job) -> None:
        path = path_of(self._folder, job.id)
        reason: str | None = None
        try:
            await self._import_file(job, path)
        except StorageUnavailable:
            raise
        except PorchlightError as error:
            reason = error.message
        except FileNotFoundError:
            reason = "The file is not here any more: send it once more"
        except OSError as error:
            raise StorageUnavailable(f"The file can't be read now ({type(error).__name__})") from error
        except Exception:
            # A fault of ours: were it tried again, it would hold up all that wait behind it, after every start.
            get_logger().exception("import.failed", app_id=job.app_id, job=job.id)
            reason = "The server has a fault that this file brings out: its log says more"
        now = self._clock.now()
        done = await self._database.write(lambda conn: finish(conn, job, reason, now))
        if done is None:
            get_logger().info("import.canceled", job=job.id)
        else:
            get_logger().info(
                "import.finished", job=job.id, state=done.state, lines=done.rows_done, bad=done.rows_failed
            )
        remove_file(path)

    async def _import_file(self, job: Job, path: Path) -> None:
        attributes = await self._database.read(lambda conn: writable_attributes(conn, job.app_id))
        with open_file(path) as file:
            columns = open_table(file, attributes, job.options.get("mapping", {}))
            # What was done before a crash is not done again.
            reading = Reading(str(path), columns, attributes, job.rows_done)
            with lines_of(file, reading, job.rows_total) as lines:
                most = FIRST_LINES
                while batch := await asyncio.to_thread(_next_batch, lines, most):
                    await self._let_others_by()
                    began = monotonic()
                    if not await self._database.write(self._work(job, batch, attributes)):
                        return
                    most = lines_in_time(len(batch), monotonic() - began)

    async def _let_others_by(self) -> None:
        """What waits by now shares a commit with this write of nothing, and not with a whole batch more."""
        await self._database.write(_nothing)

    def _work(
        self, job: Job, batch: Sequence[Line | BadLine], attributes: Mapping[str, DataAttribute]
    ) -> Callable[[Connection], bool]:
        """Write a batch, and its progress; not so where the job was canceled meanwhile."""
        now = self._clock.now()

        def work(conn: Connection) -> bool:
            held = _live(conn, job)
            if held is None:
                return False
            outcome = import_lines(conn, job.app_id, batch, actor=job.actor, now=now, attributes=attributes)
            jobs.update_job(conn, progressed(held, outcome, lines=len(batch), now=now))
            return True

        return work


def _oldest(conn: Connection) -> tuple[Job | None, Job | None]:
    """The job that has waited longest, and the draft."""
    return jobs.next_job(conn, KIND), jobs.next_job(conn, DRAFT_KIND)


def _live(conn: Connection, job: Job) -> Job | None:
    """The job as it is by now; none where it is finished or gone."""
    held = jobs.find_job(conn, job.app_id, job.id)
    return None if held is None or held.is_finished else held


def _nothing(conn: Connection) -> None:
    pass


def _next_batch(lines: Iterator[Line | BadLine], most: int) -> list[Line | BadLine]:
    return list(islice(lines, most))
