"""A look is on the log before it is answered. Rule R82."""

import pytest
from sqlalchemy import select

from app.errors import StorageUnavailable
from app.ids import AppId
from app.storage.database import Database
from app.storage.tables import audit_log
from app.trail.records import Actor, Deed
from app.trail.views import log_view

APP, ADA = AppId("uaaaaaaa"), Actor("admin", "3")
DEED = Deed("contact.viewed", "contact", "c" * 24)


async def test_R82_look_is_on_the_log_when_this_returns(database: Database) -> None:
    await log_view(database, APP, ADA, DEED, 5.0)
    columns = (audit_log.c.actor_id, audit_log.c.action, audit_log.c.at)
    assert await database.read(lambda conn: [tuple(row) for row in conn.execute(select(*columns))]) == [
        ("3", "contact.viewed", 5.0)
    ]


async def test_R82_nothing_is_seen_where_it_can_not_be_put_on_the_log(database: Database) -> None:
    await database.close()
    with pytest.raises(StorageUnavailable):
        await log_view(database, APP, ADA, DEED, 5.0)
