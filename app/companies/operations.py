"""What a ping does to the companies that it carries.

All of them are attached and have been seen. A session is credited only where the ping begins a
user's session and carries exactly one company: of several, nobody can say which one it was for.
Rules R13 and R14.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from app.companies import store
from app.companies.records import Company, CompanyData
from app.ids import AppId, ContactId, new_company_id

MOST_ATTRIBUTES: Final = 250


def record_companies(
    conn: Connection,
    app_id: AppId,
    contact_id: ContactId,
    carried: Sequence[CompanyData],
    now: float,
    *,
    begins_session: bool,
) -> list[Company]:
    """Make or update the companies that a ping carries, and attach the contact; returns them as they are now.

    ``begins_session``: the ping begins a new session of a user.
    """
    if not carried:
        return []
    sessions = 1 if begins_session and len(carried) == 1 else 0
    known = store.find_companies(conn, app_id, [data.company_id for data in carried])
    made, changed = [], []
    for data in carried:
        company = known.get(data.company_id)
        if company is None:
            made.append(seen(new_company(app_id, data.company_id, now), data, now, sessions))
        else:
            changed.append(seen(company, data, now, sessions))
    store.insert_companies(conn, made)
    store.update_companies(conn, changed)
    store.attach(conn, app_id, contact_id, [company.id for company in (*made, *changed)], now)
    return [*made, *changed]


def seen(company: Company, data: CompanyData, now: float, sessions: int) -> Company:
    """The company after a ping that carries it; ``sessions`` is what it is credited with."""
    attributes = {**company.custom_attributes, **data.custom_attributes}
    return replace(
        company,
        **data.fields,
        name=company.name if data.name is None else data.name,
        updated_at=now,
        last_seen_at=max(company.last_seen_at or now, now),
        session_count=company.session_count + sessions,
        custom_attributes=dict(list(attributes.items())[:MOST_ATTRIBUTES]),
    )


def new_company(app_id: AppId, company_id: str, now: float) -> Company:
    """A company of which nothing is known yet but its id."""
    return Company(
        app_id=app_id,
        id=new_company_id(now),
        company_id=company_id,
        name=None,
        created_at=now,
        updated_at=now,
        last_seen_at=None,
        session_count=0,
        custom_attributes={},
    )
