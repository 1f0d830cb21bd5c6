"""Imports in the settings, for admins: a file, what its columns hold, and how far it is; and the export. Rule R55.

A file that has been sent is a draft. Nothing of it is written until its columns have been looked at
and *Import* is pressed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.attributes.records import DataAttribute
from app.contacts import exports, jobs
from app.contacts.csv_rows import BadLine
from app.contacts.import_files import count_lines, header_of, path_of, preview, writable_attributes
from app.contacts.import_jobs import DRAFT_KIND, KIND, remove_file
from app.contacts.import_receiving import begin_import, folder_of, new_job, receive, stop_import
from app.contacts.jobs import Job, JobId
from app.dashboard.access import Seat, admin_only, admin_with_file
from app.dashboard.import_columns import Choice, chosen, mapping_of, options, proposed, table_of
from app.dashboard.layout import layout_of
from app.dashboard.moments import Moment
from app.dashboard.rendering import SAFE_HEADERS, json_answer, page, see_other
from app.dashboard.uploads import Upload
from app.errors import NotFound, ParameterInvalid
from app.ids import new_job_id
from app.state import AppState, state_of
from app.trail.records import Deed
from app.trail.views import log_view

MOST_JOBS: Final = 10
SHOWN_LINES: Final = 5
SHOWN_PROBLEMS: Final = 100
_NO_FILE: Final = "Choose a CSV file first."
_NO_LINES: Final = "The file has a header and no lines below it: there is nobody to import."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, as the page and its script say it."""

    state: str
    done: int
    failed: int
    total: int
    is_finished: bool
    words: str


@dataclass(frozen=True, slots=True)
class Look:
    """What an import of a draft would do, or why it could not be read."""

    names: Sequence[str] = ()
    rows: Sequence[tuple[int, Sequence[str]]] = ()
    problems: Sequence[BadLine] = ()
    total: int = 0
    wrong: str = ""


@admin_only
async def show_imports(request: Request, seat: Seat) -> Response:
    return await _imports_page(request, seat)


@admin_with_file
async def take_file(request: Request, seat: Seat, upload: Upload) -> Response:
    """Keep a file as a draft, and lead to its columns; a file that is no CSV is said to be none."""
    state = state_of(request)
    if upload.file is None:
        return await _imports_page(request, seat, wrong=_NO_FILE, status=400)
    now = state.clock.now()
    draft = new_job(
        seat.app_id, JobId(new_job_id(now)), seat.actor, now, kind=DRAFT_KIND, file_name=upload.name
    )
    path = path_of(folder_of(state.settings), draft.id)
    try:
        await receive(upload.parts(), path)
        await asyncio.to_thread(header_of, path)
        await state.database.write(lambda conn: jobs.insert_job(conn, draft))
    except BaseException as error:
        remove_file(path)
        if isinstance(error, ParameterInvalid):
            return await _imports_page(request, seat, wrong=f"{error.message}.", status=400)
        raise
    return see_other(_path(seat, draft.id))


@admin_only
async def show_import(request: Request, seat: Seat) -> Response:
    """The columns of a draft, or how far an import is."""
    state, job = state_of(request), await _find(request, seat)
    if job.kind == DRAFT_KIND:
        header, attributes = await _columns(state, seat, job)
        return await _draft_page(state, seat, job, proposed(header, attributes), attributes)
    return page(
        "settings_import.html",
        {
            **_frame(seat),
            "job": job,
            "progress": progress_of(job),
            "problems": job.problems[:SHOWN_PROBLEMS],
            "begun": Moment(job.created_at, state.clock.now(), seat.workspace.timezone),
        },
    )


@admin_only
async def change_import(request: Request, seat: Seat) -> Response:
    """One of the page's forms: ``deed`` tells which."""
    state, job, deed = state_of(request), await _find(request, seat), seat.form.get("deed", "")
    if deed == "stop" and job.kind == KIND:
        now = state.clock.now()
        await state.database.write(lambda conn: stop_import(conn, job, seat.actor, now))
        remove_file(_file(state, job))
        return see_other(_path(seat, job.id))
    if job.kind != DRAFT_KIND:  # begun already, from another window perhaps
        return see_other(_path(seat, job.id))
    if deed == "discard":
        await state.database.write(lambda conn: jobs.delete_job(conn, job))
        remove_file(_file(state, job))
        return see_other(_path(seat))
    header, attributes = await _columns(state, seat, job)
    choices = chosen(header, seat.form)
    if deed == "import" and await _begun(state, seat, job, attributes, mapping_of(choices)):
        return see_other(_path(seat, job.id))
    return await _draft_page(state, seat, job, choices, attributes, status=400 if deed == "import" else 200)


@admin_only
async def tell_progress(request: Request, seat: Seat) -> Response:
    """For the page's script."""
    job = await _find(request, seat)
    if job.kind != KIND:
        raise NotFound
    progress = progress_of(job)
    return json_answer(
        {
            "state": progress.state,
            "rows_done": progress.done,
            "rows_failed": progress.failed,
            "rows_total": progress.total,
            "finished": progress.is_finished,
            "words": progress.words,
        }
    )


@admin_only
async def export_people(request: Request, seat: Seat) -> Response:
    """All users and leads as CSV; on the audit log before its first byte goes out."""
    state = state_of(request)
    columns = await state.database.read(lambda conn: exports.columns_of(conn, seat.app_id))
    deed = Deed("contacts.exported", "contact")
    await log_view(state.database, seat.app_id, seat.actor, deed, state.clock.now())
    headers = {**SAFE_HEADERS, "content-disposition": f'attachment; filename="people-{seat.app_id}.csv"'}
    content = exports.whole(state.database, seat.app_id, columns)
    return StreamingResponse(content, 200, headers, media_type="text/csv; charset=utf-8")


def progress_of(job: Job) -> Progress:
    words = {
        "pending": "Waiting to begin.",
        "running": f"{job.rows_done:,} of {job.rows_total:,} lines.",
        "completed": f"Done: {job.rows_done - job.rows_failed:,} of {job.rows_total:,} lines were imported.",
        "failed": f"It could not go on after {job.rows_done:,} of {job.rows_total:,} lines.",
        "canceled": f"Stopped after {job.rows_done:,} of {job.rows_total:,} lines; what was written stays.",
    }[job.state]
    if job.rows_failed:
        words += f" {job.rows_failed:,} {'line was' if job.rows_failed == 1 else 'lines were'} left out."
    return Progress(job.state, job.rows_done, job.rows_failed, job.rows_total, job.is_finished, words)


async def _begun(
    state: AppState, seat: Seat, draft: Job, attributes: Mapping[str, DataAttribute], mapping: dict[str, str]
) -> bool:
    """Let a draft be imported by whoever asks; False where its columns can't be, or it has no lines."""
    try:
        rows_total = await asyncio.to_thread(count_lines, _file(state, draft), attributes, mapping)
    except ParameterInvalid:
        return False
    if not rows_total:
        return False
    asked = replace(draft, actor_type=seat.actor.type, actor_id=seat.actor.id)
    now = state.clock.now()

    def work(conn: Connection) -> None:
        held = jobs.find_job(conn, seat.app_id, draft.id)
        if held is not None and held.kind == DRAFT_KIND:  # else somebody was quicker
            begin_import(conn, asked, mapping, rows_total, now)

    await state.database.write(work)
    return True


async def _imports_page(request: Request, seat: Seat, *, wrong: str = "", status: int = 200) -> Response:
    state = state_of(request)
    now, timezone = state.clock.now(), seat.workspace.timezone

    def read(conn: Connection) -> tuple[list[Job], list[Job]]:
        kinds = (DRAFT_KIND, KIND)
        drafts, begun = (jobs.recent_jobs(conn, seat.app_id, kind, MOST_JOBS) for kind in kinds)
        return drafts, begun

    drafts, begun = await state.database.read(read)
    context = {
        "drafts": [(job.id, _name(job), Moment(job.created_at, now, timezone)) for job in drafts],
        "begun": [(job.id, progress_of(job), Moment(job.created_at, now, timezone)) for job in begun],
        "wrong": wrong,
    }
    return page("settings_imports.html", {**_frame(seat), **context}, status=status)


async def _draft_page(
    state: AppState,
    seat: Seat,
    job: Job,
    choices: Sequence[Choice],
    attributes: Mapping[str, DataAttribute],
    *,
    status: int = 200,
) -> Response:
    look = await asyncio.to_thread(_look, _file(state, job), attributes, mapping_of(choices))
    seen = Deed("import.previewed", "job", job.id)
    await log_view(state.database, seat.app_id, seat.actor, seen, state.clock.now())
    fields, names = options(attributes.keys())
    return page(
        "settings_import_columns.html",
        {
            **_frame(seat),
            "job": job,
            "file_name": _name(job),
            "choices": choices,
            "fields": fields,
            "attributes": names,
            "look": look,
            "shown_problems": look.problems[:SHOWN_PROBLEMS],
        },
        status=status,
    )


def _look(path: Path, attributes: Mapping[str, DataAttribute], mapping: dict[str, str]) -> Look:
    try:
        seen = preview(path, attributes, mapping)
    except ParameterInvalid as error:
        return Look(wrong=f"{error.message}.")
    if not seen.rows_total:
        return Look(wrong=_NO_LINES)
    names, rows = table_of(seen.lines[:SHOWN_LINES])
    return Look(names, rows, seen.problems, seen.rows_total)


async def _columns(state: AppState, seat: Seat, draft: Job) -> tuple[list[str], Mapping[str, DataAttribute]]:
    """The header of a draft, and the attributes that a column may hold; raises NotFound where the file is gone."""
    attributes = await state.database.read(lambda conn: writable_attributes(conn, seat.app_id))
    try:
        return await asyncio.to_thread(header_of, _file(state, draft)), attributes
    except FileNotFoundError:
        raise NotFound from None


async def _find(request: Request, seat: Seat) -> Job:
    """The draft or import in the path; raises NotFound."""
    job_id = request.path_params["id"]
    job = await state_of(request).database.read(lambda conn: jobs.find_job(conn, seat.app_id, job_id))
    if job is None or job.kind not in {DRAFT_KIND, KIND}:
        raise NotFound
    return job


def _file(state: AppState, job: Job) -> Path:
    return path_of(folder_of(state.settings), job.id)


def _name(draft: Job) -> str:
    return str(draft.options.get("file_name", ""))


def _frame(seat: Seat) -> dict[str, object]:
    return {"layout": layout_of(seat, "settings"), "section": "imports", "is_admin": True}


def _path(seat: Seat, job_id: JobId | None = None) -> str:
    path = f"/apps/{seat.app_id}/settings/imports"
    return path if job_id is None else f"{path}/{job_id}"
