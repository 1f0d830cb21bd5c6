"""For revision 0002: attributes are made of what contacts and companies bear already.

Until then values were stored as they came, and nobody kept a list of their names. Each name becomes an attribute,
its type read off the first value; then every contact's values are indexed. Like a revision this is history: it
shares no rules with the program of today.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

LOT: Final = 1_000
MOST: Final = 250
_DEFAULTS: Final = (
    ("company_name", "Company name", "string"),
    ("company_size", "Company size", "integer"),
    ("company_website", "Company website", "string"),
    ("company_industry", "Company industry", "string"),
)
# A company's own field, which was among its attributes at that time.
_NO_ATTRIBUTES: Final = frozenset({"remote_created_at"})

_workspaces: Final = sa.table(
    "workspaces", sa.column("app_id"), sa.column("created_at"), sa.column("attributes_version")
)
_attributes: Final = sa.table(
    "data_attributes",
    *(sa.column(name) for name in ("id", "app_id", "model", "name", "label", "type")),
    sa.column("options", sa.JSON),
    sa.column("messenger_writable", sa.Boolean),
    sa.column("archived", sa.Boolean),
    *(sa.column(name) for name in ("created_at", "updated_at", "qualification_position")),
)
_values: Final = sa.table(
    "attribute_values",
    *(sa.column(name) for name in ("app_id", "contact_id", "attribute_id", "number", "text")),
)


def fill(conn: Connection) -> None:
    """Make the attributes of every workspace, and index the values of its contacts."""
    for app_id, created_at in conn.execute(sa.select(_workspaces.c.app_id, _workspaces.c.created_at)).all():
        _make(conn, app_id, "contact", _DEFAULTS, created_at)
        for model, table in (("contact", "contacts"), ("company", "companies")):
            found = _first_types(conn, app_id, table)
            known = {name for name, _, _ in _DEFAULTS} if model == "contact" else set()
            new = [(name, name, type_) for name, type_ in found.items() if name not in known]
            _make(conn, app_id, model, new[:MOST], created_at)
        _index(conn, app_id)
        conn.execute(
            sa.update(_workspaces)
            .where(_workspaces.c.app_id == app_id)
            .values(attributes_version=secrets.token_hex(8))
        )


def _make(
    conn: Connection, app_id: str, model: str, new: Iterable[tuple[str, str, str]], created_at: float
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "app_id": app_id,
            "model": model,
            "name": name,
            "label": label,
            "type": type_,
            "options": [],
            "messenger_writable": True,
            "archived": False,
            "created_at": created_at,
            "updated_at": created_at,
            "qualification_position": position if new is _DEFAULTS else None,
        }
        for position, (name, label, type_) in enumerate(new, start=1)
    ]
    if rows:
        conn.execute(sa.insert(_attributes), rows)


def _first_types(conn: Connection, app_id: str, table: str) -> dict[str, str]:
    """The names that are borne, in the order in which they came, and the type of each one's first value."""
    types: dict[str, str] = {}
    for _, values in _bearers(conn, app_id, table):
        for name, value in values.items():
            if name not in types and name not in _NO_ATTRIBUTES:
                types[name] = _type_of(name, value)
    return types


def _index(conn: Connection, app_id: str) -> None:
    statement = sa.select(_attributes.c.name, _attributes.c.id, _attributes.c.type).where(
        _attributes.c.app_id == app_id, _attributes.c.model == "contact"
    )
    known = {name: (attribute_id, type_) for name, attribute_id, type_ in conn.execute(statement)}
    rows: list[dict[str, Any]] = []
    for contact_id, values in _bearers(conn, app_id, "contacts"):
        for name, value in values.items():
            if name in known:
                attribute_id, type_ = known[name]
                number, text = _indexed(value, type_)
                key = {"app_id": app_id, "contact_id": contact_id, "attribute_id": attribute_id}
                rows.append(key | {"number": number, "text": text})
        if len(rows) >= LOT:
            conn.execute(sa.insert(_values), rows)
            rows = []
    if rows:
        conn.execute(sa.insert(_values), rows)


def _bearers(conn: Connection, app_id: str, table: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Ids with their values, the oldest first (an id begins with its time)."""
    source = sa.table(table, sa.column("app_id"), sa.column("id"), sa.column("custom_attributes", sa.Text))
    # As text: whatever made the engine may read JSON in its own way.
    values = sa.cast(source.c.custom_attributes, sa.Text)
    statement = (
        sa.select(source.c.id, values)
        .where(source.c.app_id == app_id, source.c.id > bindparam("after"))
        .order_by(source.c.id)
        .limit(LOT)
    )
    after = ""
    while lot := conn.execute(statement, {"after": after}).all():
        yield from ((row_id, json.loads(text)) for row_id, text in lot if text != "{}")
        after = lot[-1][0]


def _type_of(name: str, value: object) -> str:
    if name.endswith("_at"):
        return "date"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "float" if isinstance(value, float) else "string"


def _indexed(value: object, type_: str) -> tuple[float | None, str | None]:
    """Values that are not of their attribute's type are indexed as neither number nor text."""
    if type_ == "string":
        return None, value if isinstance(value, str) else None
    is_number = isinstance(value, int | float) and isinstance(value, bool) == (type_ == "boolean")
    fits = is_number and (type_ != "integer" or float(value).is_integer())  # type: ignore[arg-type]
    return (float(value) if fits else None), None  # type: ignore[arg-type]
