"""Custom attributes that REST writes of a company: only those that exist. Rule R40."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.records import Scalar
from app.attributes.values import Misfit, coerce
from app.errors import ParameterInvalid
from app.ids import AppId


def written(
    conn: Connection, app_id: AppId, held: Mapping[str, Scalar], given: Mapping[str, Any]
) -> dict[str, Scalar]:
    """The values that a company has where ``given`` is written over those it held; null takes one away.

    Raises ParameterInvalid for an attribute that does not exist, by its name, or a value that does not fit.
    """
    values = dict(held)
    if not given:
        return values
    known = attributes_of(conn, app_id, "company")
    for name, value in given.items():
        attribute = known.get(name)
        if attribute is None or attribute.archived:
            raise ParameterInvalid(f"Custom attribute '{name[:64]}' does not exist")
        if value is None:
            values.pop(name, None)
            continue
        try:
            values[name] = coerce(value, attribute)
        except Misfit as rule:
            raise ParameterInvalid(f"custom_attributes.{name} {rule}") from None
    return values
