"""The scroll: one walk over all companies of a workspace, page by page, without counting.

A workspace has one scroll open at a time. It ends with an empty page, or after a minute in which nobody
asked for the next one; who comes with its parameter later has to begin anew. It walks in the order in which
the companies were made, so that one made meanwhile is found at the end, and none is told twice.
"""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, text

from app.companies.listing import companies_behind
from app.companies.records import Company
from app.errors import NotFound, ScrollExists
from app.ids import AppId, CompanyId
from app.storage.tables import company_scrolls

PER_PAGE: Final = 100
IDLE_SECONDS: Final = 60.0
_BEGINNING: Final = CompanyId("")

_OPEN: Final = (
    select(company_scrolls.c.scroll_param, company_scrolls.c.behind_id, company_scrolls.c.used_at)
    .where(company_scrolls.c.app_id == bindparam("app_id"))
    .with_for_update()
)
_PUT: Final = text(
    """
    INSERT INTO company_scrolls (app_id, scroll_param, behind_id, used_at)
    VALUES (:app_id, :scroll_param, :behind_id, :now)
    ON CONFLICT (app_id) DO UPDATE SET
        scroll_param = excluded.scroll_param, behind_id = excluded.behind_id, used_at = excluded.used_at
    """
)


@dataclass(frozen=True, slots=True)
class ScrollPage:
    """``scroll_param`` asks for the next page; none where this one is empty, and the last."""

    companies: tuple[Company, ...]
    scroll_param: str | None


def scroll(conn: Connection, app_id: AppId, scroll_param: str | None, now: float) -> ScrollPage:
    """Begin a scroll (no parameter), or go on with the one that is open.

    Raises ScrollExists where one is open already, NotFound for a parameter that leads nowhere any more.
    """
    opened = conn.execute(_OPEN, {"app_id": app_id}).one_or_none()
    if opened is not None and now - opened.used_at > IDLE_SECONDS:
        opened = None
    if scroll_param is None:
        if opened is not None:
            raise ScrollExists
        scroll_param, behind_id = str(uuid.uuid4()), _BEGINNING
    elif opened is None or opened.scroll_param != scroll_param:
        raise NotFound("scroll parameter not found")
    else:
        behind_id = opened.behind_id
    found = companies_behind(conn, app_id, behind_id, PER_PAGE)
    if not found:
        conn.execute(delete(company_scrolls).where(company_scrolls.c.app_id == app_id))
        return ScrollPage((), None)
    given = {"app_id": app_id, "scroll_param": scroll_param, "behind_id": found[-1].id, "now": now}
    conn.execute(_PUT, given)
    return ScrollPage(tuple(found), scroll_param)
