"""Contacts as lines of CSV: what stands in a column, and what a line says. Pure rules, rule R55.

Reading turns a line into the body that a REST write of the same contact would carry, so that one
set of rules (``drafts``) judges both. A line that can't be read costs itself and nothing else.

Writing makes every cell harmless in a spreadsheet: text that begins like a formula, or that reading would
pass by, is led by an apostrophe, which reading takes off again.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from app.attributes.values import is_storable
from app.errors import ParameterInvalid

MOST_ROWS: Final = 1_000_000
MOST_COLUMNS: Final = 400
LONGEST_CELL: Final = 10_000
_LONGEST_SHOWN: Final = 64

# The signs of full width are typed where Chinese or Japanese is written, and some spreadsheets read them as the others.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_UNKNOWN_WORDS: Final = frozenset({"null", "undefined"})
_UNKNOWN: Final = _UNKNOWN_WORDS | {""}

WRITABLE: Final = (
    "id",
    "role",
    "user_id",
    "email",
    "phone",
    "name",
    "first_name",
    "last_name",
    "avatar",
    "signed_up_at",
    "last_seen_at",
    "owner_id",
    "unsubscribed_from_emails",
    "language_override",
)
"""Columns that an import takes, in the order in which an export writes them; attributes follow."""

TOLD: Final = ("created_at", "first_seen_at", "session_count", "country", "region", "city", "browser", "os")
"""Columns that an export writes and an import passes by: what they tell is not for anybody to set."""

HALVES: Final = ("first_name", "last_name")
_OTHER_NAMES: Final = {"external_id": "user_id"}
_ATTRIBUTE: Final = "custom_attributes."
_IDENTIFYING: Final = frozenset({"id", "user_id", "email", "role"})
_MOMENTS: Final = frozenset({"signed_up_at", "last_seen_at"})
_NO_MOMENT: Final = "must be a date: Unix seconds, or such as 2024-03-01 or 2024-03-01T09:30:00Z"
_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})

Cell: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: a field of the contact, a custom attribute, or nothing that is taken."""

    field: str | None
    is_attribute: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One contact of a file: ``number`` counts the file's lines, its header being the first."""

    number: int
    body: Mapping[str, object]
    newcomer: Mapping[str, Any] | None = None
    """What it makes of somebody new, by the names of a contact's fields, where that is found out already."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is wholly left out, and why."""

    number: int
    reason: str


def read_columns(
    header: Sequence[str], attributes: Collection[str], mapping: Mapping[str, str] | None = None
) -> list[Column]:
    """What each column of a file holds.

    ``mapping`` says it for columns of other names: column to field or attribute, empty to leave it out.
    Raises ParameterInvalid for an unknown column, one that is named twice, and a file that names nobody.
    """
    names = [name.strip().removeprefix("\ufeff") for name in header]
    if len(names) > MOST_COLUMNS:
        raise ParameterInvalid(f"The file has {len(names)} columns: at most {MOST_COLUMNS} are taken")
    _require_mapped_columns(names, mapping or {})
    columns = [_column(name, (mapping or {}).get(name, _without_guard(name)), attributes) for name in names]
    taken = [(column.field, column.is_attribute) for column in columns if column.field is not None]
    for name, column in zip(names, columns, strict=True):
        if column.field is not None and names.count(name) > 1:
            raise ParameterInvalid(
                f"Two columns are named {_shown(name)}: rename or remove one of them in the file"
            )
    for field, is_attribute in taken:
        if taken.count((field, is_attribute)) > 1:
            raise ParameterInvalid(f"Two columns hold {_shown(field or '')}: leave one of them out")
    if not any(column.field in _IDENTIFYING and not column.is_attribute for column in columns):
        raise ParameterInvalid("No column says who a line is about: id, user_id, email or role is needed")
    return columns


def read_lines(rows: Iterable[str], columns: Sequence[Column]) -> Iterator[Line | BadLine]:
    """The lines below the header: ``rows`` is the rest of the file, its header taken off."""
    for number, cells in read_cells(rows):
        if isinstance(cells, csv.Error):
            yield BadLine(number, f"this is not CSV: {cells}")
        else:
            yield _read_line(number, cells, columns)


def read_cells(rows: Iterable[str]) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """The number and the cells of each line that has any, or why it is no CSV."""
    reader = csv.reader(rows, strict=True)
    number = 2
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader begins anew with the line after.
            yield number, error
        else:
            if cells:
                yield number, cells
        number = reader.line_num + 2


def write_attribute_name(name: str) -> str:
    """What an attribute's column is called: by its name, unless reading would take that for something else."""
    is_taken = name in WRITABLE or name in TOLD or name in _OTHER_NAMES or name.startswith(_ATTRIBUTE)
    return write_cell(f"{_ATTRIBUTE}{name}" if is_taken else name)


def write_cell(value: Cell) -> str:
    """A value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if _needs_guard(value) else value
    return repr(value)


def write_moment(seconds: float | None) -> str:
    """A moment as people and spreadsheets read it: ISO 8601, in UTC."""
    if seconds is None:
        return ""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds").replace(
        "+00:00", "Z"
    )


def read_moment(text: str) -> float | None:
    """Unix seconds of a cell: a number, or ISO 8601 (UTC where it names no zone). None where it is neither."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _require_mapped_columns(names: Sequence[str], mapping: Mapping[str, str]) -> None:
    for name in mapping:
        if name not in names:
            raise ParameterInvalid(f"The mapping names a column that the file does not have: {_shown(name)}")


def _column(name: str, target: str, attributes: Collection[str]) -> Column:
    field = _OTHER_NAMES.get(target, target)
    if not field or field in TOLD:
        return Column(None)
    if field in WRITABLE:
        return Column(field)
    field = field.removeprefix(_ATTRIBUTE)
    if field in attributes:
        return Column(field, is_attribute=True)
    raise ParameterInvalid(
        f"Column {_shown(name)} is no field, and no attribute of this name exists: make it first, or leave it out"
    )


def _read_line(number: int, cells: Sequence[str], columns: Sequence[Column]) -> Line | BadLine:
    if len(cells) > len(columns):
        return BadLine(number, f"has {len(cells)} cells, more than the header's {len(columns)}")
    body: dict[str, object] = {}
    attributes: dict[str, object] = {}
    for cell, column in zip(cells, columns, strict=False):
        if column.field is None or cell.strip() in _UNKNOWN:
            continue
        if len(cell) > LONGEST_CELL:
            return BadLine(number, f"{_shown(column.field)} is longer than {LONGEST_CELL} characters")
        if not is_storable(cell):
            return BadLine(number, f"{_shown(column.field)} holds a character that can't be stored")
        text = _without_guard(cell)
        if column.is_attribute:
            attributes[column.field] = text
            continue
        value = _value(column.field, text)
        if value is None:
            return BadLine(number, f"{column.field} {_NO_MOMENT}")
        body[column.field] = value
    return Line(number, _as_written(body, attributes)) if body else BadLine(number, "says of nobody anything")


def _value(field: str, text: str) -> object:
    """A cell as REST would be given it; none for a moment that is none."""
    if field in _MOMENTS:
        return read_moment(text.strip())
    if field == "owner_id":
        return text.strip()
    if field == "unsubscribed_from_emails":
        return _boolean(text)
    return text


def _boolean(text: str) -> object:
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else text


def _as_written(body: dict[str, object], attributes: dict[str, object]) -> dict[str, object]:
    """The body of a REST write, where an id of the customer's own is an external id.

    Halves of a name stay halves, and give way to a whole one that they don't make up: where one is missing,
    only who is there already can tell what it is.
    """
    if "name" in body and body["name"] != " ".join(str(body[half]) for half in HALVES if half in body):
        for half in HALVES:
            body.pop(half, None)
    if "user_id" in body:
        body["external_id"] = body.pop("user_id")
    if attributes:
        body["custom_attributes"] = attributes
    return body


def _without_guard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _needs_guard(cell[1:]) else cell


def _needs_guard(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula, or an import for an empty cell."""
    return text.startswith((*_FORMULA, "'")) or text.strip() in _UNKNOWN_WORDS


def _shown(name: str) -> str:
    return repr(name[:_LONGEST_SHOWN])
