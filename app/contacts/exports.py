"""All people of a workspace as CSV, page by page: nobody's memory has to hold them all. Rule R55."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection, select

from app.attributes.operations import attributes_of
from app.attributes.records import DataAttribute
from app.contacts.csv_rows import TOLD, WRITABLE, Cell, write_attribute_name, write_cell, write_moment
from app.contacts.records import Contact
from app.contacts.store import FIELDS
from app.ids import AppId
from app.storage.database import Database
from app.storage.tables import contacts

PAGE_ROWS: Final = 500
_COLUMNS: Final = [contacts.c[name] for name in FIELDS]
_OWN_NAMES: Final = {"user_id": "external_id", "avatar": "avatar_url"}


def columns_of(conn: Connection, app_id: AppId) -> list[DataAttribute]:
    """The attributes that are columns of an export, by name."""
    attributes = attributes_of(conn, app_id, "contact").values()
    return sorted((one for one in attributes if not one.archived), key=lambda one: one.name)


def header(attributes: Sequence[DataAttribute]) -> str:
    """The first line."""
    return _text([[*WRITABLE, *TOLD, *(write_attribute_name(attribute.name) for attribute in attributes)]])


async def whole(database: Database, app_id: AppId, columns: Sequence[DataAttribute]) -> AsyncIterator[str]:
    """The file, piece by piece, as it is sent."""
    yield header(columns)
    last_id = ""
    while page := await database.read(partial(page_after, app_id=app_id, last_id=last_id)):
        yield lines(page, columns)
        last_id = page[-1].id


def page_after(conn: Connection, app_id: AppId, last_id: str) -> list[Contact]:
    """The next users and leads that are listed, in the order of their ids; empty at the end.

    ``last_id`` is empty at first.
    """
    statement = (
        select(*_COLUMNS)
        .where(
            contacts.c.app_id == app_id,
            contacts.c.id > last_id,
            contacts.c.role.in_(("user", "lead")),
            contacts.c.listed.is_(True),
        )
        .order_by(contacts.c.id)
        .limit(PAGE_ROWS)
    )
    return [Contact(*row) for row in conn.execute(statement)]


def lines(page: Sequence[Contact], attributes: Sequence[DataAttribute]) -> str:
    """A page as lines."""
    return _text([_cells(contact, attributes) for contact in page])


def _cells(contact: Contact, attributes: Sequence[DataAttribute]) -> list[str]:
    own = [_cell(name, getattr(contact, _OWN_NAMES.get(name, name))) for name in (*WRITABLE, *TOLD)]
    return own + [_attribute(contact.custom_attributes, attribute) for attribute in attributes]


def _attribute(values: Mapping[str, Cell], attribute: DataAttribute) -> str:
    value = values.get(attribute.name)
    if attribute.type == "date" and isinstance(value, int | float):
        return write_moment(value)
    return write_cell(value)


def _cell(name: str, value: Cell) -> str:
    if name.endswith("_at") and isinstance(value, int | float):
        return write_moment(value)
    return write_cell(value)


def _text(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue()
