"""A contact's companies, put there and taken away by hand or by REST."""

from typing import Final

from sqlalchemy import Connection

from app.companies import store
from app.companies.changes import get_company
from app.companies.records import Company
from app.contacts.operations import hold_contact
from app.contacts.records import Contact
from app.errors import CompanyLimitExceeded, CompanyNotFound
from app.ids import AppId
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News

MOST_COMPANIES: Final = 1_000


def join(
    conn: Connection, app_id: AppId, contact_id: str, company_id: object, *, actor: Actor, now: float
) -> Company:
    """Make a contact belong to a company; nothing changes where it does.

    Raises UserNotFound, CompanyNotFound, CompanyLimitExceeded.
    """
    contact = hold_contact(conn, app_id, contact_id)
    company = get_company(conn, app_id, company_id)
    if store.belongs(conn, app_id, contact.id, company.id):
        return company
    if store.count_companies_of(conn, app_id, contact.id) >= MOST_COMPANIES:
        raise CompanyLimitExceeded(
            f"Contact has reached the maximum of {MOST_COMPANIES} company associations"
        )
    store.attach(conn, app_id, contact.id, [company.id], now)
    _tell(conn, contact, company, "attached", actor=actor, now=now)
    return company


def leave(
    conn: Connection, app_id: AppId, contact_id: str, company_id: object, *, actor: Actor, now: float
) -> Company:
    """Make a contact belong to a company no more. What it brought the company stays there. Rule R13.

    Raises UserNotFound, and CompanyNotFound where it did not belong to it.
    """
    contact = hold_contact(conn, app_id, contact_id)
    company = get_company(conn, app_id, company_id)
    if not store.detach(conn, app_id, contact.id, company.id):
        raise CompanyNotFound
    _tell(conn, contact, company, "detached", actor=actor, now=now)
    return company


def _tell(
    conn: Connection, contact: Contact, company: Company, what: str, *, actor: Actor, now: float
) -> None:
    app_id, detail = contact.app_id, {"company_id": company.id}
    record(conn, app_id, actor, Deed(f"contact.company.{what}", "contact", contact.id, detail), now)
    news = News(f"company.contact.{what}", "company", company.id, {"contact_id": contact.id})
    announce(conn, app_id, news, now)
