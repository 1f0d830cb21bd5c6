"""The way in for custom attributes that REST, imports and teammates write: only those that exist. Rules R31, R40."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.records import DataAttribute, Scalar
from app.attributes.values import Misfit, coerce
from app.contacts.precedence import Provenance, Values, Writer, is_same, write
from app.contacts.records import Contact
from app.contacts.user_data import shown_key
from app.errors import ParameterInvalid

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

    Null and blank text clear. What is given as it stands is no change, whatever has become of its attribute:
    scripts send a contact back as they got it. Raises ParameterInvalid as ``written`` does.
    """
    stored = contact.custom_attributes
    unknown = {name for name in given if (known := attributes.get(name)) is None or known.archived}
    for name in sorted(unknown):
        if name not in stored or not is_same(stored[name], given[name]):
            raise ParameterInvalid(f"Custom attribute '{shown_key(name)}' does not exist")
    read = {
        name: stored[name]
        if name in stored and is_same(stored[name], value)
        else _read(value, attributes[name], writer)
        for name, value in given.items()
        if name not in unknown
    }
    return write(stored, contact.provenance, read, writer)


def _read(value: object, attribute: DataAttribute, writer: Writer) -> Scalar | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        # People write dates as such; programs, as numbers.
        return coerce(value, attribute, iso_dates=writer.source in ("csv", "manual"))
    except Misfit as rule:
        raise ParameterInvalid(f"custom_attributes.{shown_key(attribute.name)} {rule}") from None
