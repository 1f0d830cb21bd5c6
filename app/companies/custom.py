"""Custom attributes that REST writes of a company: only those that exist. Rule R40."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from app.attributes.operations import attributes_of
from app.attributes.records import Scalar
from app.attributes.writing import read_written
from app.ids import AppId


def written(
    conn: Connection, app_id: AppId, held: Mapping[str, Scalar], given: Mapping[str, Any]
) -> dict[str, Scalar]:
    """The values that a company has where ``given`` is written over those it held; null and blank text clear.

    Raises ParameterInvalid for an attribute that does not exist, by its name, or a value that does not fit.
    """
    if not given:
        return dict(held)
    read = read_written(held, given, attributes_of(conn, app_id, "company"))
    kept = {name: value for name, value in held.items() if name not in read}
    return kept | {name: value for name, value in read.items() if value is not None}
