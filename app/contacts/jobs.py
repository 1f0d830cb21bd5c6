"""Jobs: work that takes a while, with its progress. SQL of ``jobs``.

Progress is written in the transaction of the work itself: what a job says it has done is on the disk,
and after a crash it goes on behind that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, NewType

from sqlalchemy import Connection, delete, insert, select, update

from app.ids import AppId, is_job_id
from app.storage.tables import jobs
from app.trail.records import Actor

JobId = NewType("JobId", str)
State = Literal["pending", "running", "completed", "failed", "canceled"]

MOST_PROBLEMS: Final = 1_000
"""Bad lines that a job remembers by their reasons; the others it counts."""


@dataclass(frozen=True, slots=True)
class Job:
    """One row of ``jobs``. ``problems`` are ``{"line", "reason"}``, the first ones of the file."""

    app_id: AppId
    id: JobId
    kind: str
    state: State
    options: Mapping[str, Any]
    created_at: float
    updated_at: float
    actor_type: str
    actor_id: str | None = None
    rows_total: int = 0
    rows_done: int = 0
    rows_failed: int = 0
    problems: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    finished_at: float | None = None

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_type, self.actor_id)  # type: ignore[arg-type]

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


_COLUMNS: Final = [jobs.c[name.name] for name in fields(Job)]


def insert_job(conn: Connection, job: Job) -> None:
    conn.execute(insert(jobs), {name.name: getattr(job, name.name) for name in fields(Job)})


def find_job(conn: Connection, app_id: AppId, job_id: str) -> Job | None:
    if not is_job_id(job_id):
        return None
    row = conn.execute(select(*_COLUMNS).where(jobs.c.app_id == app_id, jobs.c.id == job_id)).one_or_none()
    return Job(*row) if row else None


def recent_jobs(conn: Connection, app_id: AppId, kind: str, most: int) -> list[Job]:
    """A workspace's jobs, the newest first."""
    statement = select(*_COLUMNS).where(jobs.c.app_id == app_id, jobs.c.kind == kind)
    rows = conn.execute(statement.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(most))
    return [Job(*row) for row in rows]


def delete_job(conn: Connection, job: Job) -> None:
    conn.execute(delete(jobs).where(jobs.c.app_id == job.app_id, jobs.c.id == job.id))


def next_job(conn: Connection, kind: str) -> Job | None:
    """The oldest job that is not finished, whichever workspace it belongs to."""
    waiting = select(*_COLUMNS).where(jobs.c.kind == kind, jobs.c.finished_at.is_(None))
    row = conn.execute(waiting.order_by(jobs.c.created_at, jobs.c.id).limit(1)).one_or_none()
    return Job(*row) if row else None


def live_ids(conn: Connection) -> set[JobId]:
    """The ids of all jobs that are not finished."""
    return set(conn.execute(select(jobs.c.id).where(jobs.c.finished_at.is_(None))).scalars())


def forget_finished(conn: Connection, before: float) -> None:
    """Remove the jobs that were finished before a moment."""
    conn.execute(delete(jobs).where(jobs.c.finished_at < before))


def update_job(conn: Connection, job: Job) -> None:
    """Write a job's progress; one that has been canceled meanwhile stays so."""
    changed = {name: getattr(job, name) for name in _CHANGEABLE}
    conn.execute(
        update(jobs)
        .where(jobs.c.app_id == job.app_id, jobs.c.id == job.id, jobs.c.finished_at.is_(None))
        .values(changed)
    )


_CHANGEABLE: Final = (
    "state",
    "options",
    "rows_total",
    "rows_done",
    "rows_failed",
    "problems",
    "updated_at",
    "finished_at",
)
