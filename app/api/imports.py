"""Imports and exports of contacts as CSV: ours, beyond the public description. Rule R55.

A file is taken in as it comes and put on the disk before it is acknowledged; a job then reads it, and tells
how far it is. An export streams, page by page.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from app.api.answers import Json
from app.api.calls import Call, call_of
from app.api.shapes.jobs import job_shape, preview_shape
from app.attributes.records import DataAttribute
from app.auth.tokens import TokenGrant
from app.contacts import exports, jobs
from app.contacts.import_files import count_lines, path_of, preview, writable_attributes
from app.contacts.import_jobs import FOLDER, KIND, cancel
from app.contacts.jobs import Job, JobId
from app.errors import BodyTooLarge, NotFound, ParameterInvalid
from app.ids import new_job_id
from app.messenger.strict_json import read_json
from app.settings import Settings
from app.trail.operations import record
from app.trail.records import Deed

MOST_FILE_BYTES: Final = 256 << 20


async def post_import(request: Request, grant: TokenGrant) -> Response:
    """``POST /imports``: take a CSV file, and begin to import it; with ``preview=true`` only look into it."""
    call = call_of(request, grant)
    mapping = _mapping(request.query_params.get("mapping"))
    job_id = JobId(new_job_id(call.now))
    path = path_of(_folder(call.state.settings), job_id)
    try:
        await _receive(request, path)
        attributes = await call.read(lambda conn: writable_attributes(conn, call.app_id))
        if request.query_params.get("preview") == "true":
            seen = await asyncio.to_thread(preview, path, attributes, mapping)
            path.unlink()
            return Json(preview_shape(seen))
        rows_total = await asyncio.to_thread(count_lines, path, attributes, mapping)
        job = _new_job(call, job_id, mapping, rows_total)
        await call.write(lambda conn: _begin(conn, call, job))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Json(job_shape(job), 202)


async def get_import(request: Request, grant: TokenGrant) -> Response:
    """``GET /imports/{id}``: how far it is, and which lines were bad."""
    call = call_of(request, grant)
    return Json(job_shape(await call.read(lambda conn: _find(conn, call, request.path_params["id"]))))


async def delete_import(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /imports/{id}``: stop it; what has been written stays."""
    call = call_of(request, grant)

    def work(conn: Connection) -> Job:
        job = _find(conn, call, request.path_params["id"])
        record(conn, call.app_id, call.actor, Deed("import.canceled", "job", job.id), call.now)
        return cancel(conn, job, call.now)

    return Json(job_shape(await call.write(work)))


async def get_contacts_csv(request: Request, grant: TokenGrant) -> Response:
    """``GET /exports/contacts``: all users and leads as CSV."""
    call = call_of(request, grant)
    deed = Deed("contacts.exported", "contact")
    columns = await call.view(lambda conn: exports.columns_of(conn, call.app_id), lambda _: deed)
    headers = {"content-disposition": 'attachment; filename="contacts.csv"', "cache-control": "no-store"}
    return StreamingResponse(_pages(call, columns), media_type="text/csv; charset=utf-8", headers=headers)


async def _pages(call: Call, columns: list[DataAttribute]) -> AsyncIterator[str]:
    yield exports.header(columns)
    last_id = ""
    while page := await call.read(partial(exports.page_after, app_id=call.app_id, last_id=last_id)):
        yield exports.lines(page, columns)
        last_id = page[-1].id


async def _receive(request: Request, path: Path) -> None:
    """Put the body on the disk, for good; raises BodyTooLarge or ParameterInvalid."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = 0
    with path.open("xb") as file:
        try:
            async for part in request.stream():
                written += len(part)
                if written > MOST_FILE_BYTES:
                    raise BodyTooLarge(f"The file is longer than {MOST_FILE_BYTES} bytes: cut it in pieces")
                await asyncio.to_thread(file.write, part)
        except ClientDisconnect:
            raise ParameterInvalid("The file ended before it was whole") from None
        await asyncio.to_thread(_sync, file)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _folder(settings: Settings) -> Path:
    return settings.data_dir / FOLDER


def _mapping(text: str | None) -> dict[str, str]:
    if not text:
        return {}
    value = read_json(text, "mapping")
    if not isinstance(value, dict) or not all(isinstance(field, str) for field in value.values()):
        raise ParameterInvalid(
            'mapping must be a JSON object of column names: {"Mail": "email", "Notes": ""}'
        )
    return value


def _new_job(call: Call, job_id: JobId, mapping: Mapping[str, str], rows_total: int) -> Job:
    return Job(
        app_id=call.app_id,
        id=job_id,
        kind=KIND,
        state="pending",
        options={"mapping": mapping},
        created_at=call.now,
        updated_at=call.now,
        actor_type=call.actor.type,
        actor_id=call.actor.id,
        rows_total=rows_total,
    )


def _begin(conn: Connection, call: Call, job: Job) -> None:
    jobs.insert_job(conn, job)
    deed = Deed("import.begun", "job", job.id, {"lines": job.rows_total})
    record(conn, call.app_id, call.actor, deed, call.now)


def _find(conn: Connection, call: Call, job_id: str) -> Job:
    job = jobs.find_job(conn, call.app_id, job_id)
    if job is None:
        raise NotFound("Job Not Found")
    return job
