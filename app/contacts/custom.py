"""The way in for custom attributes that REST and imports write: only those that exist. Rule R40."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, select

from app.attributes.records import Scalar
from app.contacts.records import Contact
from app.contacts.user_data import read_scalar, shown_key
from app.errors import ParameterInvalid
from app.ids import AppId
from app.storage.tables import data_attributes

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
    unknown = sorted(set(given) - _names(conn, contact.app_id))
    if unknown:
        raise ParameterInvalid(f"Custom attribute '{shown_key(unknown[0])}' does not exist")
    values = {**contact.custom_attributes, **{name: _read(name, value) for name, value in given.items()}}
    return {"custom_attributes": {name: value for name, value in values.items() if value is not None}}


def _names(conn: Connection, app_id: AppId) -> set[str]:
    statement = select(data_attributes.c.name).where(
        data_attributes.c.app_id == app_id,
        data_attributes.c.model == "contact",
        data_attributes.c.archived.is_(False),
    )
    return set(conn.execute(statement).scalars())


def _read(name: str, value: object) -> Scalar | None:
    if value is None:
        return None
    try:
        return read_scalar(value)
    except ValueError as rule:
        raise ParameterInvalid(f"custom_attributes.{shown_key(name)} {rule}") from None
