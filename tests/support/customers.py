"""A customer's engineers: a workspace of a started server, its token, the official SDK beside bare requests."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx
import pytest
from intercom import Intercom
from sqlalchemy import Connection

from app.auth.admins import create_admin
from app.auth.tokens import create_token
from app.commands.running import write
from app.trail.records import CLI
from app.workspaces.operations import create_workspace
from app.workspaces.teams import create_team
from support.product import EMAIL, Product

Asked: TypeAlias = dict[str, set[tuple[str, str]]]
"""What each official SDK has asked for in this run of the tests: method and path."""


@dataclass(frozen=True)
class Customer:
    """A workspace as its engineers have it: a token, the SDK, and bare requests to look at raw JSON."""

    product: Product
    app_id: str
    token: str
    connections: httpx.Client

    @property
    def sdk(self) -> Intercom:
        return Intercom(token=self.token, base_url=self.product.url, httpx_client=self.connections)

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self._ask("PUT", path, body)

    def ping(self, **user_data: Any) -> dict[str, Any]:
        """What a page of this workspace tells; answers the contact."""
        body = {"app_id": self.app_id, "user_data": user_data, "platform": "web", "source": "apiBoot"}
        return dict(self.product.post("/messenger/web/ping", body)["user"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.product.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="session")
def asked() -> Asked:
    return {"python": set(), "node": set()}


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("product"))
    product.command("migrate")
    product.start()
    yield product
    product.stop()


@pytest.fixture
def customer(product: Product, asked: Asked) -> Iterator[Customer]:
    app_id, token = write(product.settings, _make_workspace)

    def note(request: httpx.Request) -> None:
        asked["python"].add((request.method, request.url.raw_path.decode().partition("?")[0]))

    # The SDK leaves its own connections open for good.
    with httpx.Client(trust_env=False, timeout=60, event_hooks={"request": [note]}) as connections:
        yield Customer(product, app_id, token, connections)


def _make_workspace(conn: Connection, now: float) -> tuple[str, str]:
    """A workspace, its token, its first admin and a team, made while the server runs."""
    app_id = create_workspace(conn, "Acme", now).app_id
    create_admin(conn, app_id, f"{app_id}-{EMAIL}", None, now, name="Tess")
    create_team(conn, app_id, "Support", [f"{app_id}-{EMAIL}"], actor=CLI, now=now)
    return app_id, create_token(conn, app_id, "sdk", now)
