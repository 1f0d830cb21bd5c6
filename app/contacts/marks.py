"""What others put on a contact: its tags, notes and companies, as far as they are shown with it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from app.ids import AppId, ContactId
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


def marks_of(conn: Connection, app_id: AppId, ids: Collection[ContactId]) -> Mapping[ContactId, Marks]:
    """The marks of some contacts, by id: one question for each kind, however many they are."""
    if not ids:
        return {}
    tagged = _first(
        conn,
        (taggings.c.subject_id, taggings.c.tag_id),
        where=[taggings.c.app_id == app_id, taggings.c.kind == "contact", taggings.c.subject_id.in_(ids)],
        order=[taggings.c.applied_at, taggings.c.tag_id],
    )
    noted = _first(
        conn,
        (notes.c.contact_id, notes.c.id),
        where=[notes.c.app_id == app_id, notes.c.contact_id.in_(ids)],
        order=[notes.c.id.desc()],
    )
    attached = _first(
        conn,
        (contact_companies.c.contact_id, contact_companies.c.company_id),
        where=[contact_companies.c.app_id == app_id, contact_companies.c.contact_id.in_(ids)],
        order=[contact_companies.c.attached_at, contact_companies.c.company_id],
    )
    nothing = Marked()
    return {
        contact_id: Marks(
            tagged.get(contact_id, nothing), noted.get(contact_id, nothing), attached.get(contact_id, nothing)
        )
        for contact_id in ids
    }


def _first(
    conn: Connection,
    pair: tuple[ColumnElement[Any], ColumnElement[Any]],
    *,
    where: list[ColumnElement[bool]],
    order: list[ColumnElement[Any]],
) -> dict[ContactId, Marked]:
    """Of each owner the first ids in ``order``, and how many it has; ``pair`` is an owner's id and a mark's."""
    owner, mark = pair
    numbered = (
        select(
            owner.label("owner"),
            mark.label("mark"),
            func.row_number().over(partition_by=owner, order_by=order).label("place"),
            func.count().over(partition_by=owner).label("total"),
        )
        .where(*where)
        .subquery()
    )
    first = (
        select(numbered).where(numbered.c.place <= MOST_SHOWN).order_by(numbered.c.owner, numbered.c.place)
    )
    ids: defaultdict[ContactId, list[str]] = defaultdict(list)
    totals: dict[ContactId, int] = {}
    for row in conn.execute(first):
        ids[row.owner].append(str(row.mark))
        totals[row.owner] = row.total
    return {contact_id: Marked(tuple(found), totals[contact_id]) for contact_id, found in ids.items()}
