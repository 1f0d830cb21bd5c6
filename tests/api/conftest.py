"""What the tests of REST may ask for."""

from functools import partial

import pytest
from sqlalchemy import Connection

from app.api.token_tries import TokenTries
from app.auth.tokens import TokenGrant, authenticate, create_token
from app.workspaces.operations import create_workspace
from support.rest import acme, add_contact, client, globex, server
from support.serving import START, Served

__all__ = ["acme", "add_contact", "client", "from_far", "globex", "looked_up", "server"]


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens that the database is asked for; two wrong ones are one address's limit."""
    asked: list[str] = []

    def noting(conn: Connection, token: str) -> TokenGrant:
        asked.append(token)
        return authenticate(conn, token)

    monkeypatch.setattr("app.api.auth.authenticate", noting)
    monkeypatch.setattr("app.api.desk.TokenTries", partial(TokenTries, 2))
    return asked


@pytest.fixture
async def from_far(server: Served) -> dict[str, str]:
    """The headers of a token whose workspace lives in another region."""

    def work(conn: Connection) -> str:
        return create_token(conn, create_workspace(conn, "Far", START, region="eu").app_id, "test", START)

    return {"Authorization": f"Bearer {await server.state.database.write(work)}"}
