"""Imports and exports of contacts as CSV: ours, beyond the public description. Rule R55.

A file is taken in as it comes and put on the disk before it is acknowledged; a job then reads it, and tells
how far it is. An export streams, page by page.
"""

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from app.api.answers import Json
from app.api.calls import call_of
from app.api.shapes.jobs import job_shape, preview_shape
from app.api.switches import read_switch
from app.auth.tokens import TokenGrant
from app.contacts import exports
from app.contacts.import_files import count_lines, path_of, preview, writable_attributes
from app.contacts.import_jobs import remove_file
from app.contacts.import_receiving import begin_import, folder_of, get_job, new_job, receive, stop_import
from app.contacts.jobs import Job, JobId
from app.errors import ParameterInvalid
from app.ids import new_job_id
from app.messenger.strict_json import read_json
from app.trail.records import Deed


async def post_import(request: Request, grant: TokenGrant) -> Response:
    """``POST /imports``: take a CSV file, and begin to import it; with ``preview=true`` only look into it."""
    call = call_of(request, grant)
    mapping = _mapping(request.query_params.get("mapping"))
    only_look = read_switch(request.query_params, "preview")
    job_id = JobId(new_job_id(call.now))
    path = path_of(folder_of(call.state.settings), job_id)
    try:
        await receive(_body(request), path)
        attributes = await call.read(lambda conn: writable_attributes(conn, call.app_id))
        if only_look:
            seen = await asyncio.to_thread(preview, path, attributes, mapping)
            remove_file(path)
            return Json(preview_shape(seen))
        rows_total = await asyncio.to_thread(count_lines, path, attributes, mapping)
        fresh = new_job(call.app_id, job_id, call.actor, call.now)
        job = await call.write(lambda conn: begin_import(conn, fresh, mapping, rows_total, call.now))
    except BaseException:
        remove_file(path)
        raise
    return Json(job_shape(job), 202)


async def get_import(request: Request, grant: TokenGrant) -> Response:
    """``GET /imports/{id}``: how far it is, and which lines were bad."""
    call = call_of(request, grant)
    return Json(
        job_shape(await call.read(lambda conn: get_job(conn, call.app_id, request.path_params["id"])))
    )


async def delete_import(request: Request, grant: TokenGrant) -> Response:
    """``DELETE /imports/{id}``: stop it; what has been written stays."""
    call = call_of(request, grant)

    def work(conn: Connection) -> Job:
        job = get_job(conn, call.app_id, request.path_params["id"])
        return stop_import(conn, job, call.actor, call.now)

    job = await call.write(work)
    remove_file(path_of(folder_of(call.state.settings), job.id))
    return Json(job_shape(job))


async def get_contacts_csv(request: Request, grant: TokenGrant) -> Response:
    """``GET /exports/contacts``: all users and leads as CSV."""
    call = call_of(request, grant)
    deed = Deed("contacts.exported", "contact")
    columns = await call.view(lambda conn: exports.columns_of(conn, call.app_id), lambda _: deed)
    headers = {"content-disposition": 'attachment; filename="contacts.csv"', "cache-control": "no-store"}
    return StreamingResponse(
        exports.whole(call.state.database, call.app_id, columns),
        media_type="text/csv; charset=utf-8",
        headers=headers,
    )


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except ClientDisconnect:
        raise ParameterInvalid("The file ended before it was whole") from None


def _mapping(text: str | None) -> dict[str, str]:
    if not text:
        return {}
    value = read_json(text, "mapping")
    if not isinstance(value, dict) or not all(isinstance(field, str) for field in value.values()):
        raise ParameterInvalid(
            'mapping must be a JSON object of column names: {"Mail": "email", "Notes": ""}'
        )
    return value
