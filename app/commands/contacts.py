"""``porchlight import`` and ``porchlight export``: contacts as CSV. Rule R55.

Both work while the server runs, and let it write every third of a second. What they make goes to standard output,
and how far they are to standard error.
"""

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection

from app.attributes.records import DataAttribute
from app.clock import Clock, monotonic
from app.commands.running import AppIdArgument, run, show
from app.contacts import exports, missing
from app.contacts.csv_rows import BadLine, Line
from app.contacts.import_files import (
    Preview,
    count_lines,
    open_file,
    open_table,
    preview,
    writable_attributes,
)
from app.contacts.import_jobs import FIRST_LINES, lines_in_time
from app.contacts.import_reader import Reading, lines_of
from app.contacts.imports import Outcome, import_lines
from app.ids import AppId
from app.settings import load_settings
from app.storage.database import Database
from app.trail.operations import record
from app.trail.records import CLI, Deed
from app.workspaces.operations import get_workspace

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE.csv", show_default=False, exists=True, dir_okay=False, readable=True)
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="What a column of another name holds; nothing after = leaves it out. Repeat for more.",
    ),
]


def import_contacts(
    app_id: AppIdArgument,
    file: FileArgument,
    column_map: MapOption = None,
    only_preview: Annotated[
        bool, typer.Option("--preview", help="Say what would be written, and write nothing.")
    ] = False,
) -> None:
    """Import users and leads; bad lines are left out and named, and the exit status is 1 then."""
    mapping = _mapping(column_map or [])
    if only_preview:
        problems = _preview(AppId(app_id), file, mapping)
    else:
        problems = run(load_settings(), lambda database: _import(database, AppId(app_id), file, mapping))
    if problems:
        sys.exit(1)


def export_contacts(app_id: AppIdArgument) -> None:
    """Export users and leads as CSV to standard output."""
    run(load_settings(), lambda database: _export(database, AppId(app_id)))


def missing_users(app_id: AppIdArgument) -> None:
    """Name the users that were synced and that the messenger has never seen."""
    run(load_settings(), lambda database: _missing(database, AppId(app_id)))


def _mapping(given: Sequence[str]) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise typer.BadParameter(f"--map {pair!r} has no =: write COLUMN=FIELD")
    return {column: field for column, _, field in (pair.rpartition("=") for pair in given)}


def _preview(app_id: AppId, path: Path, mapping: dict[str, str]) -> int:
    async def look(database: Database) -> Preview:
        return preview(path, await database.read(lambda conn: _attributes(conn, app_id)), mapping)

    seen = run(load_settings(), look)
    show("lines", str(seen.rows_total))
    for line in seen.lines:
        show(f"line {line.number}", ", ".join(f"{name} = {value!r}" for name, value in line.body.items()))
    _tell(seen.problems)
    return len(seen.problems)


async def _import(database: Database, app_id: AppId, path: Path, mapping: dict[str, str]) -> int:
    attributes = await database.read(lambda conn: _attributes(conn, app_id))
    total = count_lines(path, attributes, mapping)
    created = updated = failed = 0
    with _progress() as progress, open_file(path) as file:
        columns = open_table(file, attributes, mapping)
        bar = progress.add_task("lines", total=total)
        with lines_of(file, Reading(str(path), columns, attributes), total) as lines:
            most = FIRST_LINES
            while batch := list(islice(lines, most)):
                began = monotonic()
                outcome = await _write(database, app_id, batch, attributes)
                most = lines_in_time(len(batch), monotonic() - began)
                _tell(outcome.problems)
                created, updated = created + outcome.created, updated + outcome.updated
                failed += len(outcome.problems)
                progress.advance(bar, len(batch))
    show("created", str(created))
    show("updated", str(updated))
    show("failed", str(failed))
    return failed


async def _write(
    database: Database,
    app_id: AppId,
    batch: Sequence[Line | BadLine],
    attributes: Mapping[str, DataAttribute],
) -> Outcome:
    now = Clock().now()
    return await database.write(
        lambda conn: import_lines(conn, app_id, batch, actor=CLI, now=now, attributes=attributes)
    )


async def _export(database: Database, app_id: AppId) -> None:
    now = Clock().now()
    columns = await database.read(lambda conn: _columns(conn, app_id))
    deed = Deed("contacts.exported", "contact", None, {"columns": len(columns)})
    await database.write(lambda conn: record(conn, app_id, CLI, deed, now))
    sys.stdout.write(exports.header(columns))
    last_id = ""
    with _progress() as progress:
        bar = progress.add_task("contacts", total=None)
        while page := await database.read(partial(exports.page_after, app_id=app_id, last_id=last_id)):
            sys.stdout.write(exports.lines(page, columns))
            last_id = page[-1].id
            progress.advance(bar, len(page))
    sys.stdout.flush()


async def _missing(database: Database, app_id: AppId) -> None:
    now = Clock().now()

    def count(conn: Connection) -> tuple[int, int]:
        get_workspace(conn, app_id)
        return missing.count_missing(conn, app_id)

    total, synced = await database.read(count)
    deed = Deed("contact.listed", "contact", None, {"count": total})
    await database.write(lambda conn: record(conn, app_id, CLI, deed, now))
    show("synced", str(synced))
    show("missing", str(total))
    last_id = None
    while page := await database.read(
        partial(missing.missing_users, app_id=app_id, last_id=last_id, most=exports.PAGE_ROWS)
    ):
        for user in page:
            show(user.id, user.external_id or user.email or "")
        last_id = page[-1].id


def _attributes(conn: Connection, app_id: AppId) -> Mapping[str, DataAttribute]:
    get_workspace(conn, app_id)
    return writable_attributes(conn, app_id)


def _columns(conn: Connection, app_id: AppId) -> list[DataAttribute]:
    get_workspace(conn, app_id)
    return exports.columns_of(conn, app_id)


def _tell(problems: Sequence[BadLine]) -> None:
    for problem in problems:
        typer.echo(f"line {problem.number}: {problem.reason}", err=True)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
