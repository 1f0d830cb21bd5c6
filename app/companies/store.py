"""SQL of companies."""

from collections.abc import Collection
from dataclasses import fields
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, text, update

from app.companies.records import Company
from app.ids import AppId, CompanyId, ContactId
from app.storage.tables import companies, contact_companies

_FIELDS: Final = tuple(field.name for field in fields(Company))
_values_of: Final = attrgetter(*_FIELDS)

_BY_COMPANY_ID: Final = (
    select(*(companies.c[name] for name in _FIELDS))
    .where(
        companies.c.app_id == bindparam("app_id"),
        companies.c.company_id.in_(bindparam("company_ids", expanding=True)),
    )
    .with_for_update()
)
_BY_ID: Final = select(*(companies.c[name] for name in _FIELDS)).where(
    companies.c.app_id == bindparam("app_id"), companies.c.id == bindparam("id")
)
_HELD: Final = _BY_ID.with_for_update()
_OF_CONTACT: Final = (
    select(*(companies.c[name] for name in _FIELDS))
    .join(
        contact_companies,
        (contact_companies.c.app_id == companies.c.app_id)
        & (contact_companies.c.company_id == companies.c.id),
    )
    .where(
        contact_companies.c.app_id == bindparam("app_id"),
        contact_companies.c.contact_id == bindparam("contact_id"),
    )
    .order_by(contact_companies.c.attached_at, companies.c.id)
)
_INSERT: Final = insert(companies)
_CHANGEABLE: Final = tuple(
    name for name in _FIELDS if name not in {"app_id", "id", "company_id", "created_at"}
)
_UPDATE: Final = (
    update(companies)
    .where(companies.c.app_id == bindparam("of_app_id"), companies.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in _CHANGEABLE})
)
_ATTACH: Final = text(
    """
    INSERT INTO contact_companies (app_id, contact_id, company_id, attached_at)
    VALUES (:app_id, :contact_id, :company_id, :attached_at)
    ON CONFLICT (app_id, contact_id, company_id) DO NOTHING
    """
)
_DETACH: Final = text(
    """
    DELETE FROM contact_companies
    WHERE app_id = :app_id AND contact_id = :contact_id AND company_id = :id
    """
)
_BELONGS: Final = text(
    """
    SELECT 1 FROM contact_companies
    WHERE app_id = :app_id AND contact_id = :contact_id AND company_id = :id
    """
)
_COUNT_OF_CONTACT: Final = text(
    "SELECT count(*) FROM contact_companies WHERE app_id = :app_id AND contact_id = :contact_id"
)
_DETACH_ALL: Final = text("DELETE FROM contact_companies WHERE app_id = :app_id AND company_id = :id")
_DELETE_NOTES: Final = text("DELETE FROM notes WHERE app_id = :app_id AND company_id = :id")
_DELETE: Final = text("DELETE FROM companies WHERE app_id = :app_id AND id = :id")
_MOVE_CONTACT: Final = text(
    """
    INSERT INTO contact_companies (app_id, contact_id, company_id, attached_at)
    SELECT app_id, :to_id, company_id, attached_at FROM contact_companies
    WHERE app_id = :app_id AND contact_id = :from_id
    ON CONFLICT (app_id, contact_id, company_id) DO NOTHING
    """
)
_LEAVE_ALL: Final = text("DELETE FROM contact_companies WHERE app_id = :app_id AND contact_id = :from_id")


def find_companies(conn: Connection, app_id: AppId, company_ids: Collection[str]) -> dict[str, Company]:
    """Companies by the customer's own ids; unknown ids are left out. Held for this transaction."""
    rows = conn.execute(_BY_COMPANY_ID, {"app_id": app_id, "company_ids": list(company_ids)})
    return {row.company_id: Company(*row) for row in rows}


def find_company(conn: Connection, app_id: AppId, own_id: CompanyId, *, hold: bool = False) -> Company | None:
    """The company of our own id; ``hold`` it for this transaction where it is to be changed."""
    row = conn.execute(_HELD if hold else _BY_ID, {"app_id": app_id, "id": own_id}).one_or_none()
    return Company(*row) if row else None


def companies_of(conn: Connection, app_id: AppId, contact_id: ContactId) -> list[Company]:
    """The companies that a contact belongs to, the first attached first."""
    return [Company(*row) for row in conn.execute(_OF_CONTACT, {"app_id": app_id, "contact_id": contact_id})]


def insert_companies(conn: Connection, made: Collection[Company]) -> None:
    if made:
        conn.execute(_INSERT, [dict(zip(_FIELDS, _values_of(company), strict=True)) for company in made])


def update_companies(conn: Connection, changed: Collection[Company]) -> None:
    if changed:
        conn.execute(_UPDATE, [_changes(company) for company in changed])


def attach(
    conn: Connection, app_id: AppId, contact_id: ContactId, ids: Collection[CompanyId], now: float
) -> None:
    """Make a contact belong to companies, where it does not yet."""
    rows = [
        {"app_id": app_id, "contact_id": contact_id, "company_id": company_id, "attached_at": now}
        for company_id in ids
    ]
    if rows:
        conn.execute(_ATTACH, rows)


def detach(conn: Connection, app_id: AppId, contact_id: ContactId, own_id: CompanyId) -> bool:
    """Whether the contact belonged to the company until now."""
    return conn.execute(_DETACH, {"app_id": app_id, "contact_id": contact_id, "id": own_id}).rowcount > 0


def belongs(conn: Connection, app_id: AppId, contact_id: ContactId, own_id: CompanyId) -> bool:
    """Whether a contact belongs to a company."""
    given = {"app_id": app_id, "contact_id": contact_id, "id": own_id}
    return conn.execute(_BELONGS, given).one_or_none() is not None


def count_companies_of(conn: Connection, app_id: AppId, contact_id: ContactId) -> int:
    """How many companies a contact belongs to."""
    return int(conn.execute(_COUNT_OF_CONTACT, {"app_id": app_id, "contact_id": contact_id}).scalar_one())


def delete_company(conn: Connection, app_id: AppId, own_id: CompanyId) -> int:
    """Remove a company with its notes; returns how many contacts belonged to it."""
    given = {"app_id": app_id, "id": own_id}
    detached = conn.execute(_DETACH_ALL, given).rowcount
    conn.execute(_DELETE_NOTES, given)
    conn.execute(_DELETE, given)
    return detached


def move_contact(conn: Connection, app_id: AppId, from_id: ContactId, to_id: ContactId) -> None:
    """What one contact belongs to, another belongs to from now on."""
    given = {"app_id": app_id, "from_id": from_id, "to_id": to_id}
    conn.execute(_MOVE_CONTACT, given)
    conn.execute(_LEAVE_ALL, {"app_id": app_id, "from_id": from_id})


def _changes(company: Company) -> dict[str, object]:
    changes: dict[str, object] = {name: getattr(company, name) for name in _CHANGEABLE}
    return changes | {"of_app_id": company.app_id, "of_id": company.id}
