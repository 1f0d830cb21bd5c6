"""Pings recorded straight into a small SQLite database, without a server around it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import Connection, RowMapping, StaticPool, create_engine, event, select

from app.contacts.pings import PingContext, Recorded, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.ids import AppId, ContactId
from app.storage.sqlite import driver_of
from app.storage.tables import contacts, metadata, search_words
from app.workspaces.operations import change_workspace, create_workspace
from app.workspaces.records import Workspace

NOW = 1_700_000_000.0
OWN = "https://porchlight.example"


@pytest.fixture
def conn() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)

    @event.listens_for(engine, "connect")
    def _check_foreign_keys(driver: Any, _: object) -> None:
        driver.execute("PRAGMA foreign_keys = ON")

    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@dataclass
class Recorder:
    """Records pings of one workspace at the moments that a test names."""

    conn: Connection
    workspace: Workspace
    context: PingContext

    @property
    def app_id(self) -> AppId:
        return self.workspace.app_id

    @property
    def secret(self) -> str:
        return self.workspace.identity_secrets[0]

    def ping(self, user_data: dict[str, Any] | None = None, *, at: float = NOW, **told: Any) -> Recorded:
        """One ping; ``told`` are fields of a ``Ping``, or of its context."""
        around = {name: told.pop(name) for name in tuple(told) if hasattr(self.context, name)}
        ping = Ping(self.app_id, read_user_data(user_data or {}), **told)
        return record_ping(self.conn, ping, replace(self.context, **around), at)

    def verify_identities(self) -> None:
        self.workspace = change_workspace(self.conn, self.app_id, identity_verification=True)

    def rows(self) -> list[RowMapping]:
        """All contacts of the workspace, the oldest first."""
        statement = select(contacts).where(contacts.c.app_id == self.app_id).order_by(contacts.c.created_at)
        return list(self.conn.execute(statement).mappings())

    def row(self, contact_id: ContactId) -> RowMapping:
        [row] = [row for row in self.rows() if row["id"] == contact_id]
        return row

    def words(self, contact_id: ContactId) -> set[str]:
        statement = select(search_words.c.word).where(search_words.c.contact_id == contact_id)
        return set(self.conn.execute(statement).scalars())

    def change(self, contact_id: ContactId, **values: Any) -> None:
        self.conn.execute(contacts.update().where(contacts.c.id == contact_id).values(**values))


@pytest.fixture
def recorder(conn: Connection) -> Recorder:
    return Recorder(conn, create_workspace(conn, "Acme", NOW), PingContext(own_origin=OWN))


def statements_during(conn: Connection, work: Callable[[], object]) -> list[str]:
    """What SQLite was asked meanwhile.

    Of each trigger that a statement sets off it tells as of that statement once more.
    """
    asked: list[str] = []
    driver_of(conn).set_trace_callback(asked.append)
    work()
    driver_of(conn).set_trace_callback(None)
    return [statement for statement, _ in groupby(asked)]
