"""What the tests of REST may ask for."""

from functools import partial

import pytest
from sqlalchemy import Connection

from app.api.token_tries import TokenTries
from app.auth.tokens import TokenGrant, authenticate
from support.rest import acme, add_contact, client, globex, server

__all__ = ["acme", "add_contact", "client", "globex", "looked_up", "server"]


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
