"""A running server with the dashboard, two workspaces that know nothing of each other, and teammates in them."""

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import Connection
from starlette.applications import Starlette

from app.api.errors import error_handlers
from app.auth.admins import create_admin
from app.auth.sessions import begin_session
from app.clock import Clock
from app.contacts.records import Contact
from app.contacts.saving import save
from app.dashboard.access import COOKIE
from app.dashboard.refusals import with_pages
from app.dashboard.routes import routes
from app.ids import AdminId, AppId, ContactId, new_contact_id
from app.lifespan import lifespan_of
from app.settings import Settings
from app.state import AppState
from app.workspaces.operations import create_workspace
from support.serving import START, Served, serving, settings_in

AddPerson: TypeAlias = Callable[..., Coroutine[Any, Any, ContactId]]
Browse: TypeAlias = Callable[..., httpx2.AsyncClient]

HTML = {"accept": "text/html,application/xhtml+xml"}
JSON = {"accept": "application/json"}


@dataclass(frozen=True)
class Team:
    """A workspace, and the sessions of an admin and a teammate of it."""

    app_id: AppId
    admin_id: AdminId
    teammate_id: AdminId
    admin_token: str
    teammate_token: str
    csrf_token: str
    teammate_csrf_token: str

    def url(self, path: str) -> str:
        return f"/apps/{self.app_id}{path}"


def desk_app(settings: Settings, clock: Clock, states: list[AppState]) -> Starlette:
    def open_socket_of(state: AppState) -> Any:
        states.append(state)

    return Starlette(
        routes=routes,
        exception_handlers=with_pages(error_handlers),
        lifespan=lifespan_of(settings, clock, open_socket_of),
    )


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    settings = settings_in(tmp_path, REGION_HOSTS="eu=app.eu.example.com")
    async with serving(settings, make_app=desk_app) as served:
        yield served


@pytest_asyncio.fixture
async def acme(server: Served) -> Team:
    return await make_team(server, "Acme")


@pytest_asyncio.fixture
async def globex(server: Served) -> Team:
    return await make_team(server, "Globex")


async def make_team(server: Served, name: str) -> Team:
    def work(conn: Connection) -> Team:
        app_id = create_workspace(conn, name, START).app_id
        admin_id = create_admin(conn, app_id, f"admin@{name.lower()}.example", None, START)
        teammate_id = create_admin(conn, app_id, f"mate@{name.lower()}.example", None, START, role="teammate")
        admin_token, admin_session = begin_session(conn, admin_id, START)
        teammate_token, teammate_session = begin_session(conn, teammate_id, START)
        return Team(
            app_id,
            admin_id,
            teammate_id,
            admin_token,
            teammate_token,
            admin_session.csrf_token,
            teammate_session.csrf_token,
        )

    team = await server.state.database.write(work)
    await server.state.directory.refresh()
    return team


@pytest_asyncio.fixture
async def browse(server: Served) -> AsyncIterator[Browse]:
    """Makes browsers: each with its own cookies, signed in by the session of ``token`` where one is given."""
    clients: list[httpx2.AsyncClient] = []

    def open_browser(token: str | None = None) -> httpx2.AsyncClient:
        cookies = {COOKIE: token} if token else {}
        client = httpx2.AsyncClient(
            base_url=server.url,
            headers=HTML,
            cookies=cookies,
            trust_env=False,
            verify=False,
            timeout=60,
            follow_redirects=False,
        )
        clients.append(client)
        return client

    yield open_browser
    for client in clients:
        await client.aclose()


@pytest.fixture
def admin(browse: Browse, acme: Team) -> httpx2.AsyncClient:
    """The browser of Acme's admin."""
    return browse(acme.admin_token)


@pytest.fixture
def add_person(server: Served) -> AddPerson:
    """Records a contact as a ping would, words and all."""

    async def add(team: Team, **values: Any) -> ContactId:
        created_at = values.pop("created_at", START - 86_400)
        contact_id = values.pop("id", None) or new_contact_id(created_at)
        defaults: dict[str, Any] = {
            "role": "user",
            "listed": True,
            "pseudonym": "Pink Stereo",
            "updated_at": created_at,
            "last_seen_at": START - 3_600,
            "session_count": 1,
        }
        fields = defaults | values
        contact = Contact(app_id=team.app_id, id=contact_id, name_key="", created_at=created_at, **fields)
        contact = replace(contact, email_key=contact.email.lower() if contact.email else None)
        await server.state.database.write(lambda conn: save(conn, None, contact))
        return contact_id

    return add


# What stands in a page


def ids_in(html: str) -> list[str]:
    """The contacts of a list's rows, in order."""
    return re.findall(r'<tr[^>]*data-contact-id="([^"]*)"', html)


def csrf_in(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, "the page has no form"
    return found[1]


def text_of(html: str) -> str:
    """What of a page is read: without tags, spaces made one."""
    body = html[html.index("<body") :] if "<body" in html else html
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
