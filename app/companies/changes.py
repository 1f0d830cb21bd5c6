"""What a script does with companies: make, change, delete. The last write wins.

Each deed is on the audit log, with the names of the fields and none of their values, and webhooks are told.
"""

from dataclasses import replace

from sqlalchemy import Connection

from app.companies import store
from app.companies.custom import written
from app.companies.drafts import CompanyDraft
from app.companies.operations import new_company
from app.companies.records import Company
from app.errors import CompanyNotFound, ParameterInvalid, ParameterNotFound
from app.ids import AppId, CompanyId, is_contact_id
from app.tags.records import Subject
from app.tags.store import forget_subject
from app.trail.operations import announce, record
from app.trail.records import Actor, Deed, News


def get_company(conn: Connection, app_id: AppId, given_id: object, *, hold: bool = False) -> Company:
    """The company of our own id, as somebody gave it; raises CompanyNotFound.

    ``hold``: nobody else changes it before this transaction ends.
    """
    is_id = isinstance(given_id, str) and is_contact_id(given_id)
    company = store.find_company(conn, app_id, CompanyId(str(given_id)), hold=hold) if is_id else None
    if company is None:
        raise CompanyNotFound
    return company


def create_or_change(
    conn: Connection, app_id: AppId, draft: CompanyDraft, *, actor: Actor, now: float
) -> Company:
    """Make the company of the draft's ``company_id``, or change it where it is there.

    Raises ParameterNotFound, ParameterInvalid.
    """
    if draft.company_id is None:
        raise ParameterNotFound("company_id is missing: it is what names a company")
    known = store.find_companies(conn, app_id, [draft.company_id]).get(draft.company_id)
    if known is not None:
        return change(conn, app_id, known, draft, actor=actor, now=now)
    company = replace(
        new_company(app_id, draft.company_id, now),
        **draft.fields,
        custom_attributes=written(conn, app_id, {}, draft.custom_attributes),
    )
    store.insert_companies(conn, [company])
    _tell(conn, company, "company.created", draft, actor=actor, now=now)
    return company


def change(
    conn: Connection, app_id: AppId, company: Company, draft: CompanyDraft, *, actor: Actor, now: float
) -> Company:
    """Write a draft over a company; what it does not say stays. Raises ParameterInvalid."""
    if draft.company_id not in {None, company.company_id}:
        raise ParameterInvalid("company_id can't be changed once a company has one")
    attributes = written(conn, app_id, company.custom_attributes, draft.custom_attributes)
    changed = replace(company, **draft.fields, custom_attributes=attributes, updated_at=now)
    store.update_companies(conn, [changed])
    _tell(conn, changed, "company.updated", draft, actor=actor, now=now)
    return changed


def delete(conn: Connection, app_id: AppId, company: Company, *, actor: Actor, now: float) -> None:
    """Remove a company. Its people stay, and belong to it no more."""
    forget_subject(conn, app_id, Subject("company", company.id))
    detached = store.delete_company(conn, app_id, company.id)
    deed = Deed("company.deleted", "company", company.id, {"contacts_detached": detached})
    record(conn, app_id, actor, deed, now)
    announce(conn, app_id, News("company.deleted", "company", company.id), now)


def _tell(
    conn: Connection, company: Company, topic: str, draft: CompanyDraft, *, actor: Actor, now: float
) -> None:
    names = sorted([*draft.fields, *(f"custom_attributes.{name}" for name in draft.custom_attributes)])
    record(conn, company.app_id, actor, Deed(topic, "company", company.id, {"fields": names}), now)
    announce(conn, company.app_id, News(topic, "company", company.id), now)
