"""A running server with the messenger's routes, and a customer's workspace on it."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest_asyncio
from sqlalchemy import Connection, RowMapping, select
from starlette.applications import Starlette

from app.api.errors import error_handlers
from app.auth.tickets import Ticket
from app.clock import Clock
from app.ids import AppId
from app.lifespan import lifespan_of
from app.messenger.routes import routes
from app.messenger.sockets import SocketRoom
from app.settings import Settings
from app.state import AppState
from app.storage.tables import contacts, events
from app.workspaces.operations import change_workspace, create_workspace
from app.workspaces.records import Workspace
from support.serving import START, Served, serving, settings_in

SITE = "https://shop.example"


def messenger_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    def open_socket_of(state: AppState) -> Any:
        states.append(state)
        return SocketRoom(
            tracker=state.tracker, tickets=state.tickets, clock=state.clock, directory=state.directory
        ).open

    return Starlette(
        routes=routes,
        exception_handlers=error_handlers,
        lifespan=lifespan_of(settings, clock, open_socket_of),
    )


@dataclass
class Customer:
    """A workspace whose site may speak to the server, and how its pages do so."""

    server: Served
    http: httpx2.AsyncClient
    workspace: Workspace

    @property
    def app_id(self) -> AppId:
        return self.workspace.app_id

    @property
    def state(self) -> AppState:
        return self.server.state

    async def ping(
        self, user_data: dict[str, Any] | None = None, *, headers: dict[str, str] | None = None, **fields: Any
    ) -> httpx2.Response:
        body = {"app_id": self.app_id, "user_data": user_data or {}} | fields
        return await self.http.post("/messenger/web/ping", json=body, headers=headers)

    async def ticket(self, user_data: dict[str, Any] | None = None) -> str:
        answer = await self.ping(user_data or {"user_id": "42"})
        return cast("str", answer.json()["ticket"])

    def ticket_of(self, text: str) -> Ticket:
        return self.state.tickets.read(text, self.state.clock.now())

    def is_online(self, contact_id: Any) -> bool:
        return self.state.tracker.is_online(self.app_id, contact_id)

    async def rows(self) -> list[RowMapping]:
        """All contacts, the oldest first."""
        statement = select(contacts).where(contacts.c.app_id == self.app_id).order_by(contacts.c.created_at)
        return await self.state.database.read(lambda conn: list(conn.execute(statement).mappings()))

    async def events(self) -> list[RowMapping]:
        return await self.state.database.read(lambda conn: list(conn.execute(select(events)).mappings()))

    async def change(self, contact_id: str, **values: Any) -> None:
        statement = contacts.update().where(contacts.c.id == contact_id).values(**values)
        await self.state.database.write(lambda conn: conn.execute(statement) and None)

    async def switch(self, **switches: Any) -> None:
        """Turn the workspace's switches, as the command line does: behind the server's back."""

        def work(conn: Connection) -> Workspace:
            return change_workspace(conn, self.app_id, **switches)

        self.workspace = await self.state.database.write(work)


@pytest_asyncio.fixture
async def server(tmp_path: Path, _migrated_file: Path) -> AsyncIterator[Served]:
    settings = settings_in(tmp_path, REGION_HOSTS="us=app.example.com,eu=app.eu.example.com")
    shutil.copyfile(_migrated_file, settings.data_dir / "porchlight.db")
    async with serving(settings, make_app=messenger_app) as served:
        yield served


@pytest_asyncio.fixture
async def http(server: Served) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False, verify=False, timeout=60) as client:
        yield client


@pytest_asyncio.fixture
async def shop(server: Served, http: httpx2.AsyncClient) -> Customer:
    def work(conn: Connection) -> Workspace:
        return create_workspace(conn, "Shop", START, allowed_origins=[SITE])

    return Customer(server, http, await server.state.database.write(work))
