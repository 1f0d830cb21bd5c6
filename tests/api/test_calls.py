"""What a handler says in three words."""

import pytest
from sqlalchemy import select

from app.api.calls import Call
from app.errors import NotFound
from app.storage.tables import audit_log
from app.trail.records import Actor, Deed
from support.rest import Tenant
from support.serving import START, Served


def _call(server: Served, acme: Tenant) -> Call:
    return Call(server.state, acme.app_id, Actor("token", "7"), START)


async def _log(server: Served) -> list[str]:
    return await server.state.database.read(
        lambda conn: list(conn.execute(select(audit_log.c.action)).scalars())
    )


async def test_R82_a_view_is_on_the_log_before_it_is_answered(server: Served, acme: Tenant) -> None:
    seen = await _call(server, acme).view(
        lambda conn: "Ada", lambda seen: Deed("contact.viewed", "contact", seen)
    )
    assert seen == "Ada"
    assert await _log(server) == ["contact.viewed"]


async def test_what_was_not_found_was_not_seen(server: Served, acme: Tenant) -> None:
    def look(_: object) -> str:
        raise NotFound

    with pytest.raises(NotFound):
        await _call(server, acme).view(look, lambda seen: Deed("contact.viewed", "contact", seen))
    assert await _log(server) == []
