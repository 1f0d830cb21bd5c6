"""The search index of contacts' attributes: SQL of ``attribute_values``.

One row for each value of each contact: texts in ``text``, numbers, dates and booleans in ``number``. A value
that fits its attribute's type no more has a row with neither: it is a value, and no typed filter matches it.
What is no attribute of the workspace has no row.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Select, bindparam, delete, select, text

from app.attributes.records import AttributeId, DataAttribute, Scalar
from app.attributes.values import indexed
from app.ids import AppId, ContactId
from app.storage.hot import Hot
from app.storage.tables import attribute_values, contacts

IndexRow: TypeAlias = tuple[AttributeId, float | None, str | None]

_UPSERT: Final = Hot(
    text(
        """
        INSERT INTO attribute_values (app_id, contact_id, attribute_id, number, text)
        VALUES (:app_id, :contact_id, :attribute_id, :number, :text)
        ON CONFLICT (app_id, contact_id, attribute_id)
        DO UPDATE SET number = excluded.number, text = excluded.text
        """
    )
)
_DELETE: Final = Hot(
    delete(attribute_values).where(
        attribute_values.c.app_id == bindparam("of_app_id"),
        attribute_values.c.contact_id == bindparam("of_contact_id"),
        attribute_values.c.attribute_id == bindparam("of_attribute_id"),
    )
)
_DELETE_ALL: Final = Hot(
    delete(attribute_values).where(
        attribute_values.c.app_id == bindparam("of_app_id"),
        attribute_values.c.contact_id == bindparam("of_contact_id"),
    )
)
# Each in the very words of its partial index.
_EVERY: Final = """
    SELECT contact_id FROM attribute_values
    WHERE app_id = :app_id AND attribute_id = :attribute_id AND number IS NOT NULL
    UNION ALL SELECT contact_id FROM attribute_values
    WHERE app_id = :app_id AND attribute_id = :attribute_id AND text IS NOT NULL
    UNION ALL SELECT contact_id FROM attribute_values
    WHERE app_id = :app_id AND attribute_id = :attribute_id AND number IS NULL AND text IS NULL
"""
_SOME: Final = text(f"{_EVERY} LIMIT :limit")
# Ids are told in a form that no index has: SQLite would else walk through all values of all contacts by them.
_HOLDERS: Final = text(
    f"SELECT contact_id FROM (SELECT contact_id || '' AS contact_id FROM ({_EVERY}) AS every) AS each "  # noqa: S608  Our own words.
    "WHERE contact_id > :after ORDER BY contact_id LIMIT :limit"
)
_PROGRESS: Final = text(
    f"SELECT COALESCE(SUM(CASE WHEN contact_id <= :after THEN 1 ELSE 0 END), 0), COUNT(*) FROM ({_EVERY}) AS every"  # noqa: S608  Our own words.
)
_VALUES_OF: Final = (
    select(contacts.c.id, contacts.c.custom_attributes)
    .where(
        contacts.c.app_id == bindparam("app_id"),
        contacts.c.id.in_(bindparam("contact_ids", expanding=True)),
    )
    .with_for_update()
)
_UNHELD_OF: Final = _VALUES_OF.with_for_update(skip_locked=True)


def index_values(
    conn: Connection,
    app_id: AppId,
    contact_id: ContactId,
    *,
    before: Mapping[str, Scalar],
    after: Mapping[str, Scalar],
    attributes: Mapping[str, DataAttribute],
) -> None:
    """Bring a contact's rows from ``before`` to ``after``: what did not change is not written."""
    key = {"app_id": app_id, "contact_id": contact_id}
    changed = {
        name: value
        for name, value in after.items()
        if name not in before or before[name] != value or type(before[name]) is not type(value)
    }
    rows = index_rows(changed, attributes)
    _UPSERT.run_many(
        conn, [key | {"attribute_id": id_, "number": number, "text": words} for id_, number, words in rows]
    )
    removed = [attributes[name].id for name in before if name not in after and name in attributes]
    _DELETE.run_many(
        conn,
        [
            {"of_app_id": app_id, "of_contact_id": contact_id, "of_attribute_id": attribute_id}
            for attribute_id in removed
        ],
    )


def index_rows(values: Mapping[str, Scalar], attributes: Mapping[str, DataAttribute]) -> list[IndexRow]:
    """What is to be searched of some values: a row for each that belongs to an attribute."""
    return [
        (attribute.id, *indexed(value, attribute))
        for name, value in values.items()
        if (attribute := attributes.get(name)) is not None
    ]


def forget_values(conn: Connection, app_id: AppId, contact_id: ContactId) -> None:
    """A contact that is no more is found by none of its values."""
    _DELETE_ALL.run(conn, {"of_app_id": app_id, "of_contact_id": contact_id})


def some_holders(conn: Connection, attribute: DataAttribute, limit: int) -> list[ContactId]:
    """Who has a value of an attribute: any of them, and no more of them are looked at."""
    given = {"app_id": attribute.app_id, "attribute_id": attribute.id, "limit": limit}
    return [ContactId(contact_id) for contact_id in conn.execute(_SOME, given).scalars()]


def holders_after(
    conn: Connection, app_id: AppId, attribute_id: AttributeId, after: str, limit: int
) -> list[ContactId]:
    """Who has a value of an attribute, in the order of their ids, from behind one of them on."""
    given = {"app_id": app_id, "attribute_id": attribute_id, "after": after, "limit": limit}
    return [ContactId(contact_id) for contact_id in conn.execute(_HOLDERS, given).scalars()]


def progress(conn: Connection, app_id: AppId, attribute_id: AttributeId, after: str) -> tuple[int, int]:
    """How many have a value of an attribute up to an id, and how many in all."""
    given = {"app_id": app_id, "attribute_id": attribute_id, "after": after}
    done, every = conn.execute(_PROGRESS, given).one()
    return int(done), int(every)


def read_anew(conn: Connection, attribute: DataAttribute, contact_ids: Sequence[ContactId]) -> None:
    """Read some contacts' values of an attribute anew, as its type is now; they are held for this transaction."""
    _read(conn, attribute, _VALUES_OF, contact_ids)


def read_unheld(conn: Connection, attribute: DataAttribute, contact_ids: Sequence[ContactId]) -> int:
    """The same for those of them whom nobody else holds; returns how many that were."""
    return _read(conn, attribute, _UNHELD_OF, contact_ids)


def _read(
    conn: Connection, attribute: DataAttribute, question: Select[Any], contact_ids: Sequence[ContactId]
) -> int:
    key = {"app_id": attribute.app_id, "attribute_id": attribute.id}
    found = conn.execute(question, {"app_id": attribute.app_id, "contact_ids": contact_ids}).all()
    rows = []
    for contact_id, values in found:
        if attribute.name in values:
            number, words = indexed(values[attribute.name], attribute)
            rows.append(key | {"contact_id": contact_id, "number": number, "text": words})
    _UPSERT.run_many(conn, rows)
    return len(found)
