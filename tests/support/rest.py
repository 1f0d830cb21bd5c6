"""A running server with the REST routes, two workspaces, and a token for each."""

import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import Connection, insert
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from app.api.errors import error_handlers, on_http_exception
from app.api.routes import routes
from app.api.unrouted import telling_tokens
from app.auth.admins import create_admin
from app.auth.tokens import create_token
from app.clock import Clock
from app.ids import AdminId, AppId, ContactId, new_contact_id
from app.lifespan import lifespan_of
from app.server.request_ids import Named
from app.settings import Settings
from app.state import AppState
from app.storage.tables import contacts
from app.workspaces.operations import create_workspace
from support.serving import START, Served, serving, settings_in

AddContact: TypeAlias = Callable[..., Coroutine[Any, Any, ContactId]]


@dataclass(frozen=True)
class Tenant:
    """A workspace and a token that opens it."""

    app_id: AppId
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def rest_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    def open_socket_of(state: AppState) -> Any:
        states.append(state)

    return Starlette(
        routes=routes,
        middleware=[Middleware(Named)],
        exception_handlers={**error_handlers, HTTPException: telling_tokens(on_http_exception)},
        lifespan=lifespan_of(settings, clock, open_socket_of),
    )


@pytest_asyncio.fixture
async def server(tmp_path: Path, _migrated_file: Path) -> AsyncIterator[Served]:
    settings = settings_in(tmp_path)
    shutil.copyfile(_migrated_file, settings.data_dir / "porchlight.db")
    async with serving(settings, make_app=rest_app) as served:
        yield served


@pytest_asyncio.fixture
async def client(server: Served) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False, verify=False, timeout=60) as http:
        yield http


@pytest_asyncio.fixture
async def acme(server: Served) -> Tenant:
    return await make_tenant(server, "Acme")


@pytest_asyncio.fixture
async def globex(server: Served) -> Tenant:
    return await make_tenant(server, "Globex")


async def make_tenant(server: Served, name: str) -> Tenant:
    def work(conn: Connection) -> Tenant:
        app_id = create_workspace(conn, name, START).app_id
        return Tenant(app_id, create_token(conn, app_id, "test", START))

    return await server.state.database.write(work)


async def add_admin(
    server: Served, tenant: Tenant, email: str = "ada@acme.example", name: str = "Ada", role: str = "admin"
) -> AdminId:
    return await server.state.database.write(
        lambda conn: create_admin(conn, tenant.app_id, email, None, START, role=role, name=name)
    )


@pytest.fixture
def add_contact(server: Served) -> AddContact:
    async def add(tenant: Tenant, **values: Any) -> ContactId:
        contact_id = new_contact_id(START)
        row = {
            "app_id": tenant.app_id,
            "id": contact_id,
            "role": "user",
            "listed": True,
            "pseudonym": "Pink Stereo",
            "name_key": "pink stereo",
            "created_at": START,
            "updated_at": START,
            "session_count": 0,
            "ios_session_count": 0,
            "android_session_count": 0,
            "custom_attributes": {},
        }
        await server.state.database.write(
            lambda conn: conn.execute(insert(contacts), [row | values]) and None
        )
        return contact_id

    return add
