"""What others put on a contact: its tags, notes and companies, as far as they are shown with it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, select

from app.ids import AppId, ContactId
from app.storage.hot import Hot, Row
from app.storage.listed import text_list, texts_given
from app.storage.tables import contact_companies, notes, taggings

MOST_SHOWN: Final = 10
"""So many of each kind are shown with the contact; the rest has a route of its own."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The first ids of one kind, and how many there are in all."""

    ids: tuple[str, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one contact."""

    tags: Marked = field(default_factory=Marked)
    notes: Marked = field(default_factory=Marked)
    companies: Marked = field(default_factory=Marked)


def _first(
    owner: Column[Any], mark: Column[Any], *where: ColumnElement[bool], order: list[ColumnElement[Any]]
) -> Hot:
    """Of each owner the first marks in ``order``, and how many it has: rows of owner, mark and number."""
    numbered = (
        select(
            owner.label("owner"),
            mark.label("mark"),
            func.row_number().over(partition_by=owner, order_by=order).label("place"),
            func.count().over(partition_by=owner).label("total"),
        )
        .where(owner.table.c.app_id == bindparam("app_id"), *where, owner.in_(texts_given("ids")))
        .subquery()
    )
    first = select(numbered.c.owner, numbered.c.mark, numbered.c.total).where(
        numbered.c.place <= bindparam("most")
    )
    return Hot(first.order_by(numbered.c.owner, numbered.c.place))


_TAGS: Final = _first(
    taggings.c.subject_id,
    taggings.c.tag_id,
    taggings.c.kind == bindparam("kind"),
    order=[taggings.c.applied_at, taggings.c.tag_id],
)
_NOTES: Final = _first(
    notes.c.contact_id,
    notes.c.id,
    order=[notes.c.id.desc()],
)
_COMPANIES: Final = _first(
    contact_companies.c.contact_id,
    contact_companies.c.company_id,
    order=[contact_companies.c.attached_at, contact_companies.c.company_id],
)


def marks_of(conn: Connection, app_id: AppId, ids: Collection[ContactId]) -> Mapping[ContactId, Marks]:
    """The marks of some contacts, by id: one question for each kind, however many they are."""
    if not ids:
        return {}
    given = {"app_id": app_id, "ids": text_list(ids), "kind": "contact", "most": MOST_SHOWN}
    tagged, noted, attached = (_marked(kind.rows(conn, given)) for kind in (_TAGS, _NOTES, _COMPANIES))
    nothing = Marked()
    return {
        contact_id: Marks(
            tagged.get(contact_id, nothing), noted.get(contact_id, nothing), attached.get(contact_id, nothing)
        )
        for contact_id in ids
    }


def _marked(rows: Iterable[Row]) -> dict[ContactId, Marked]:
    ids: defaultdict[ContactId, list[str]] = defaultdict(list)
    totals: dict[ContactId, int] = {}
    for owner, mark, total in rows:
        ids[owner].append(str(mark))
        totals[owner] = total
    return {contact_id: Marked(tuple(found), totals[contact_id]) for contact_id, found in ids.items()}
