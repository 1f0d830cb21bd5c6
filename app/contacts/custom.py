"""The way in for custom attributes that REST, imports and teammates write: only those that exist. Rules R31, R40."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.records import DataAttribute
from app.attributes.writing import read_written
from app.contacts.precedence import Provenance, Values, Writer, write
from app.contacts.records import Contact

WriteSource = Literal["rest", "csv", "manual"]


def written(
    conn: Connection, contact: Contact, given: Mapping[str, Any], *, source: WriteSource, by: str, now: float
) -> dict[str, Any]:
    """The contact's fields that change where ``given`` (raw JSON values by name; null clears) is written.

    ``by`` is who writes, ``source`` by which way. Raises ParameterInvalid for an attribute that does not
    exist, by its name, or a value that does not fit; nothing is written then.
    """
    if not given:
        return {}
    known = attributes_of(conn, contact.app_id, "contact")
    values, provenance = write_attributes(contact, given, known, Writer(source, by, now))
    return {"custom_attributes": values, "provenance": provenance}


def write_attributes(
    contact: Contact, given: Mapping[str, object], attributes: Mapping[str, DataAttribute], writer: Writer
) -> tuple[Values, Provenance | None]:
    """A contact's values and where they come from, after ``given`` was written; pure.

    Raises ParameterInvalid as ``written`` does.
    """
    # People write dates as such; programs, as numbers.
    iso_dates = writer.source in ("csv", "manual")
    read = read_written(contact.custom_attributes, given, attributes, iso_dates=iso_dates)
    return write(contact.custom_attributes, contact.provenance, read, writer)
