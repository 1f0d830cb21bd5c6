"""SQL of lists of companies, and of how many people each has.

A company that nobody belongs to is on no list: it shows once it has people. Those are contacts on the
lists, users and leads; whoever is deleted or archived does not count. The scroll runs over all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from app.companies.records import Company
from app.ids import AppId, CompanyId, ContactId, TagId
from app.storage.tables import companies, contact_companies, contacts, taggings

Order = Literal["asc", "desc"]

_COLUMNS: Final = [companies.c[field.name] for field in fields(Company)]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which companies are asked for; none of the conditions: all that have people."""

    company_id: str | None = None
    name: str | None = None
    tag_id: TagId | None = None


def list_companies(
    conn: Connection, app_id: AppId, only: Filter, *, order: Order, limit: int, offset: int
) -> list[Company]:
    """Companies by when they were last seen; never comes before ever."""
    seen_at, id_ = companies.c.last_seen_at, companies.c.id
    latest_first = [seen_at.desc().nulls_last(), id_.desc()]
    latest_last = [seen_at.asc().nulls_first(), id_.asc()]
    ranking = latest_first if order == "desc" else latest_last
    statement = select(*_COLUMNS).where(*_conditions(app_id, only)).order_by(*ranking)
    return [Company(*row) for row in conn.execute(statement.limit(limit).offset(offset))]


def count_companies(conn: Connection, app_id: AppId, only: Filter) -> int:
    statement = select(func.count()).select_from(companies).where(*_conditions(app_id, only))
    return conn.execute(statement).scalar_one()


def companies_behind(conn: Connection, app_id: AppId, own_id: CompanyId, limit: int) -> list[Company]:
    """The next companies in the order of their ids, which is that of their making."""
    statement = select(*_COLUMNS).where(companies.c.app_id == app_id, companies.c.id > own_id)
    return [Company(*row) for row in conn.execute(statement.order_by(companies.c.id).limit(limit))]


def companies_of_contact(
    conn: Connection, app_id: AppId, contact_id: ContactId, *, limit: int, offset: int
) -> list[Company]:
    """The companies that a contact belongs to, the last attached first."""
    attached = contact_companies.c
    statement = (
        select(*_COLUMNS)
        .join(
            contact_companies,
            (attached.app_id == companies.c.app_id) & (attached.company_id == companies.c.id),
        )
        .where(attached.app_id == app_id, attached.contact_id == contact_id)
        .order_by(attached.attached_at.desc(), companies.c.id.desc())
    )
    return [Company(*row) for row in conn.execute(statement.limit(limit).offset(offset))]


def people_of(
    conn: Connection, app_id: AppId, own_id: CompanyId, *, limit: int, offset: int
) -> list[ContactId]:
    """The people of a company, who was attached last first."""
    attached = contact_companies.c
    statement = (
        _belonging(select(attached.contact_id), app_id)
        .where(attached.company_id == own_id)
        .order_by(attached.attached_at.desc(), attached.contact_id.desc())
    )
    return list(conn.execute(statement.limit(limit).offset(offset)).scalars())


def count_people(conn: Connection, app_id: AppId, own_id: CompanyId) -> int:
    return people_counts(conn, app_id, [own_id])[own_id]


def people_counts(conn: Connection, app_id: AppId, ids: Collection[CompanyId]) -> dict[CompanyId, int]:
    """How many people each of some companies has."""
    counted = contact_companies.c.company_id
    statement = _belonging(select(counted, func.count()), app_id).where(counted.in_(ids)).group_by(counted)
    found = {row[0]: row[1] for row in conn.execute(statement)} if ids else {}
    return {id_: found.get(id_, 0) for id_ in ids}


def _belonging(statement: Select[Any], app_id: AppId) -> Select[Any]:
    """Of ``contact_companies`` those rows whose contact is on the lists.

    Each contact is looked up by its key. A join would do as well, had SQLite not begun it with all contacts.
    """
    is_listed = exists().where(
        contacts.c.app_id == contact_companies.c.app_id,
        contacts.c.id == contact_companies.c.contact_id,
        contacts.c.listed,
        contacts.c.role != "visitor",
    )
    return statement.where(contact_companies.c.app_id == app_id, is_listed)


def _conditions(app_id: AppId, only: Filter) -> list[ColumnElement[bool]]:
    own = companies.c.app_id == app_id
    if only.company_id is not None:
        return [own, companies.c.company_id == only.company_id]
    if only.name is not None:
        return [own, companies.c.name == only.name]
    has_people = (
        _belonging(select(1), app_id).where(contact_companies.c.company_id == companies.c.id).exists()
    )
    if only.tag_id is None:
        return [own, has_people]
    tagged = select(taggings.c.subject_id).where(
        taggings.c.app_id == app_id, taggings.c.tag_id == only.tag_id, taggings.c.kind == "company"
    )
    return [own, has_people, companies.c.id.in_(tagged)]
