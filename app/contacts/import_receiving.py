"""A file comes in, and becomes a job: what REST and the dashboard do alike. Rule R55.

A file is on the disk, for good, before it is acknowledged. What comes by REST is imported at once; what
comes by the dashboard is a draft first, whose columns are looked at: a job of a kind that nobody works on.
"""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection

from app.contacts import jobs
from app.contacts.import_jobs import FOLDER, KIND, cancel
from app.contacts.jobs import Job, JobId
from app.errors import BodyTooLarge, NotFound, StorageFull, StorageUnavailable
from app.ids import AppId
from app.settings import Settings
from app.trail.operations import record
from app.trail.records import Actor, Deed

MOST_FILE_BYTES: Final = 256 << 20
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


def folder_of(settings: Settings) -> Path:
    """Where files wait for their jobs."""
    return settings.data_dir / FOLDER


async def receive(parts: AsyncIterator[bytes], path: Path) -> None:
    """Put a file on the disk as it comes; raises BodyTooLarge, StorageUnavailable, and what ``parts`` raises."""
    written = 0
    with told_disk_faults():
        await asyncio.to_thread(path.parent.mkdir, mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as file:
            async for part in parts:
                written += len(part)
                if written > MOST_FILE_BYTES:
                    raise BodyTooLarge(f"The file is longer than {MOST_FILE_BYTES} bytes: cut it in pieces")
                await asyncio.to_thread(file.write, part)
            await asyncio.to_thread(_sync, file)


@contextmanager
def told_disk_faults() -> Iterator[None]:
    """What a disk refuses is an answer: raises StorageFull or StorageUnavailable for its OSError."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull("The disk is full: nothing was recorded") from error
        name = errno.errorcode.get(error.errno or 0, "OSError")
        raise StorageUnavailable(f"The file can't be kept now ({name})") from error


def new_job(
    app_id: AppId, job_id: JobId, actor: Actor, now: float, *, kind: str = KIND, file_name: str = ""
) -> Job:
    """A job that nobody has worked on."""
    return Job(
        app_id=app_id,
        id=job_id,
        kind=kind,
        state="pending",
        options={"file_name": file_name} if file_name else {},
        created_at=now,
        updated_at=now,
        actor_type=actor.type,
        actor_id=actor.id,
    )


def begin_import(conn: Connection, job: Job, mapping: Mapping[str, str], rows_total: int, now: float) -> Job:
    """Let a job be worked on, by whoever it is of; one that was a draft is none from here on."""
    begun = replace(
        job,
        kind=KIND,
        # What the file was called is not kept: it may name somebody.
        options={"mapping": dict(mapping)},
        rows_total=rows_total,
        created_at=now,
        updated_at=now,
    )
    jobs.delete_job(conn, job)
    jobs.insert_job(conn, begun)
    deed = Deed("import.begun", "job", begun.id, {"lines": rows_total})
    record(conn, begun.app_id, begun.actor, deed, now)
    return begun


def get_job(conn: Connection, app_id: AppId, job_id: str, kind: str = KIND) -> Job:
    """A job of a workspace; raises NotFound."""
    job = jobs.find_job(conn, app_id, job_id)
    if job is None or job.kind != kind:
        raise NotFound("Job Not Found")
    return job


def stop_import(conn: Connection, job: Job, actor: Actor, now: float) -> Job:
    """Stop a job that is not finished; what it has written stays."""
    record(conn, job.app_id, actor, Deed("import.canceled", "job", job.id), now)
    return cancel(conn, job, now)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
