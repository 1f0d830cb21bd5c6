"""API tokens: what a bearer may do. Stored as fingerprints, shown once, revocable. Rule R81."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from app.auth.secrets_at_rest import fingerprint, new_secret
from app.errors import Conflict, NotFound, ParameterInvalid, Unauthorized
from app.ids import AppId

_PREFIX: Final = "pl_"
_SHOWN_CHARACTERS: Final = 9
_LONGEST_NAME: Final = 100

_INSERT = text(
    """
    INSERT INTO api_tokens (app_id, name, prefix, token_hash, created_at)
    VALUES (:app_id, :name, :prefix, :token_hash, :now)
    """
)
_FIND = text("SELECT id, app_id, name FROM api_tokens WHERE token_hash = :token_hash AND revoked_at IS NULL")
_IS_LIVE = text("SELECT 1 FROM api_tokens WHERE id = :id AND revoked_at IS NULL")
_NAMED = text("SELECT 1 FROM api_tokens WHERE app_id = :app_id AND name = :name AND revoked_at IS NULL")
_REVOKE = text(
    """
    UPDATE api_tokens SET revoked_at = :now WHERE app_id = :app_id AND name = :name AND revoked_at IS NULL
    RETURNING id
    """
)
_LIST = text(
    """
    SELECT name, prefix, created_at FROM api_tokens
    WHERE app_id = :app_id AND revoked_at IS NULL ORDER BY created_at, id
    """
)


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Whose data a bearer may see and change."""

    token_id: int
    app_id: AppId
    name: str


@dataclass(frozen=True, slots=True)
class TokenShown:
    """What may be shown of a token once it was made."""

    name: str
    prefix: str
    created_at: float


def create_token(conn: Connection, app_id: AppId, name: str, now: float) -> str:
    """A new token, in the only moment it can be read; raises Conflict where the name is taken."""
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise ParameterInvalid(f"A token's name has 1 to {_LONGEST_NAME} characters")
    if conn.execute(_NAMED, {"app_id": app_id, "name": name}).first():
        raise Conflict(f"A token named {name!r} exists already: revoke it first, or choose another name")
    token = new_secret(_PREFIX)
    conn.execute(
        _INSERT,
        {
            "app_id": app_id,
            "name": name,
            "prefix": token[:_SHOWN_CHARACTERS],
            "token_hash": fingerprint(token),
            "now": now,
        },
    )
    return token


def revoke_token(conn: Connection, app_id: AppId, name: str, now: float) -> int:
    """Returns the token's id; raises NotFound where no live token has that name."""
    token_id = conn.execute(_REVOKE, {"app_id": app_id, "name": name, "now": now}).scalar_one_or_none()
    if token_id is None:
        raise NotFound(f"No token is named {name!r}")
    return int(token_id)


def list_tokens(conn: Connection, app_id: AppId) -> list[TokenShown]:
    rows = conn.execute(_LIST, {"app_id": app_id})
    return [TokenShown(row.name, row.prefix, row.created_at) for row in rows]


def authenticate(conn: Connection, token: str) -> TokenGrant:
    """What a token opens; raises Unauthorized."""
    row = conn.execute(_FIND, {"token_hash": fingerprint(token)}).one_or_none()
    if row is None:
        raise Unauthorized
    return TokenGrant(row.id, AppId(row.app_id), row.name)


def is_live(conn: Connection, token_id: int) -> bool:
    """Whether a token has not been revoked since."""
    return conn.execute(_IS_LIVE, {"id": token_id}).first() is not None
