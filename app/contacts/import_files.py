"""Files to be imported: opened, counted, looked into before anything is written. Rule R55."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO, TypeVar

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.records import DataAttribute
from app.attributes.values import is_storable
from app.contacts.csv_rows import (
    MOST_COLUMNS,
    MOST_ROWS,
    BadLine,
    Column,
    Line,
    read_cells,
    read_columns,
    read_lines,
)
from app.contacts.imports import fault_of
from app.contacts.jobs import MOST_PROBLEMS, JobId
from app.errors import ParameterInvalid
from app.ids import AppId

T = TypeVar("T")

PREVIEW_LINES: Final = 20
_NO_TEXT: Final = "The file is not UTF-8 text: save it as CSV in UTF-8"
JUDGED_LINES: Final = 10_000
"""A preview judges so many lines; those behind are judged when they are written."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import of a file would do: its columns, its first lines as they would be written, and bad ones."""

    columns: Sequence[Column]
    lines: Sequence[Line]
    problems: Sequence[BadLine]
    rows_total: int


def path_of(folder: Path, job_id: JobId) -> Path:
    """Where the file of a job is kept until it is read."""
    return folder / f"{job_id}.csv"


def header_of(path: Path) -> list[str]:
    """The names of a file's columns; raises ParameterInvalid."""
    with open_file(path) as file:
        return [name.strip() for name in _header(file)]


def open_table(
    file: TextIO, attributes: Mapping[str, DataAttribute], mapping: Mapping[str, str]
) -> list[Column]:
    """Read the header of a CSV file, and leave the file behind it; raises ParameterInvalid."""
    return read_columns(_header(file), attributes.keys(), mapping)


def _require_commas(header: Sequence[str]) -> None:
    """Many spreadsheets write semicolons where commas stand in numbers: told in words, not as an unknown column."""
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise ParameterInvalid(f"The header is separated by {name}: save the file with commas")


def count_lines(path: Path, attributes: Mapping[str, DataAttribute], mapping: Mapping[str, str]) -> int:
    """How many lines a file has below its header; raises ParameterInvalid for a file that can't be read."""
    with open_file(path) as file:
        open_table(file, attributes, mapping)
        return sum(1 for _ in _bounded(read_cells(file)))


def preview(path: Path, attributes: Mapping[str, DataAttribute], mapping: Mapping[str, str]) -> Preview:
    """Look into a file without writing anything; raises ParameterInvalid.

    What depends on who is there already (an id that another user has) shows only when it is written.
    """
    lines: list[Line] = []
    problems: list[BadLine] = []
    total = 0
    with open_file(path) as file:
        columns = open_table(file, attributes, mapping)
        for total, line in enumerate(readable(file, columns), start=1):
            bad = _judged(line, attributes) if total <= JUDGED_LINES else None
            if bad is not None:
                problems.append(bad)
            elif isinstance(line, Line) and len(lines) < PREVIEW_LINES:
                lines.append(line)
    return Preview(columns, lines, problems[:MOST_PROBLEMS], total)


def writable_attributes(conn: Connection, app_id: AppId) -> Mapping[str, DataAttribute]:
    """The attributes that a column may hold."""
    known = attributes_of(conn, app_id, "contact")
    return {name: attribute for name, attribute in known.items() if not attribute.archived}


def _header(file: TextIO) -> list[str]:
    try:
        header = next(csv.reader([file.readline()], strict=True), [])
    except csv.Error as error:
        raise ParameterInvalid(f"The header is not CSV: {error}") from None
    except UnicodeDecodeError:
        raise ParameterInvalid(_NO_TEXT) from None
    if not any(name.strip() for name in header):
        raise ParameterInvalid("The file is empty, or its first line is: that line names the columns")
    _require_commas(header)
    if not all(is_storable(name) for name in header):
        raise ParameterInvalid("The header is not CSV: it holds a character that is no text")
    if len(header) > MOST_COLUMNS:
        raise ParameterInvalid(f"The file has {len(header)} columns: at most {MOST_COLUMNS} are taken")
    return header


def _judged(line: Line | BadLine, attributes: Mapping[str, DataAttribute]) -> BadLine | None:
    return line if isinstance(line, BadLine) else fault_of(line, attributes)


def open_file(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", newline="")


def readable(file: TextIO, columns: Sequence[Column]) -> Iterator[Line | BadLine]:
    """The lines of a file; raises ParameterInvalid where it is no text, or longer than may be."""
    return _bounded(read_lines(file, columns))


def _bounded(lines: Iterator[T]) -> Iterator[T]:
    try:
        for count, line in enumerate(lines, start=1):
            if count > MOST_ROWS:
                raise ParameterInvalid(f"The file has more than {MOST_ROWS} lines: cut it in pieces")
            yield line
    except UnicodeDecodeError:
        raise ParameterInvalid(_NO_TEXT) from None
