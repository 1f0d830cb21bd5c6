"""Dashboard sessions: who is signed in, in which browser. Rule R81.

The cookie holds a random token, the database only its fingerprint. A session ends at sign-out
or after 14 days. Whoever holds something open in its name (a dashboard socket) registers for
its end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from app.auth.secrets_at_rest import fingerprint, new_secret
from app.ids import AdminId, AppId

SESSION_SECONDS: Final = 14 * 86_400.0
SIGN_IN_LINK_SECONDS: Final = 86_400.0

_INSERT = text(
    """
    INSERT INTO dashboard_sessions (token_hash, admin_id, csrf_token, created_at, expires_at)
    VALUES (:token_hash, :admin_id, :csrf_token, :created_at, :expires_at)
    """
)
_FIND = text(
    "SELECT admin_id, csrf_token FROM dashboard_sessions WHERE token_hash = :token_hash AND expires_at > :now"
)
_END = text("DELETE FROM dashboard_sessions WHERE token_hash = :token_hash")
_END_EXPIRED = text("DELETE FROM dashboard_sessions WHERE expires_at <= :now")
_END_EXPIRED_LINKS = text("DELETE FROM sign_in_links WHERE expires_at <= :now")
_INSERT_LINK = text(
    """
    INSERT INTO sign_in_links (token_hash, admin_id, app_id, expires_at)
    VALUES (:token_hash, :admin_id, :app_id, :expires_at)
    """
)
_TAKE_BACK_LINKS = text("DELETE FROM sign_in_links WHERE admin_id = :admin_id AND used_at IS NULL")
# One statement, so that of two clicks one wins.
_USE_LINK = text(
    """
    UPDATE sign_in_links SET used_at = :now
    WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now
    RETURNING admin_id, app_id
    """
)


@dataclass(frozen=True, slots=True)
class DashboardSession:
    """A session that is running. ``token_hash`` names it."""

    token_hash: str
    admin_id: AdminId
    csrf_token: str


def begin_session(conn: Connection, admin_id: AdminId, now: float) -> tuple[str, DashboardSession]:
    """A new session: the token for the cookie, and what is known of it. Expired ones go."""
    token = new_secret()
    session = DashboardSession(fingerprint(token), admin_id, new_secret())
    conn.execute(_END_EXPIRED, {"now": now})
    conn.execute(
        _INSERT,
        {
            "token_hash": session.token_hash,
            "admin_id": admin_id,
            "csrf_token": session.csrf_token,
            "created_at": now,
            "expires_at": now + SESSION_SECONDS,
        },
    )
    return token, session


def find_session(conn: Connection, token: str, now: float) -> DashboardSession | None:
    """The session of a cookie's token; none where it has ended."""
    return find_session_by_hash(conn, fingerprint(token), now)


def find_session_by_hash(conn: Connection, token_hash: str, now: float) -> DashboardSession | None:
    row = conn.execute(_FIND, {"token_hash": token_hash, "now": now}).one_or_none()
    return DashboardSession(token_hash, AdminId(row.admin_id), row.csrf_token) if row else None


def end_session(conn: Connection, token_hash: str) -> None:
    conn.execute(_END, {"token_hash": token_hash})


def make_sign_in_link(conn: Connection, admin_id: AdminId, app_id: AppId, now: float) -> str:
    """A token that signs in once, within a day. Expired ones go."""
    token = new_secret()
    conn.execute(_END_EXPIRED_LINKS, {"now": now})
    conn.execute(
        _INSERT_LINK,
        {
            "token_hash": fingerprint(token),
            "admin_id": admin_id,
            "app_id": app_id,
            "expires_at": now + SIGN_IN_LINK_SECONDS,
        },
    )
    return token


def renew_sign_in_link(conn: Connection, admin_id: AdminId, app_id: AppId, now: float) -> str | None:
    """A token in place of one that was never used, expired or not; none where there is no such one."""
    if not conn.execute(_TAKE_BACK_LINKS, {"admin_id": admin_id}).rowcount:
        return None
    return make_sign_in_link(conn, admin_id, app_id, now)


def use_sign_in_link(conn: Connection, token: str, now: float) -> tuple[AdminId, AppId] | None:
    """Who a link signs in, and where to; none where it was used, has expired or never was."""
    row = conn.execute(_USE_LINK, {"token_hash": fingerprint(token), "now": now}).one_or_none()
    return (AdminId(row.admin_id), AppId(row.app_id)) if row else None


class SessionRegistry:
    """Who must hear when a session ends in this process. Use it from the event loop only."""

    def __init__(self) -> None:
        self._callbacks: dict[str, set[Callable[[], None]]] = {}

    def on_end(self, token_hash: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called when the session ends; returns what takes that back."""
        callbacks = self._callbacks.setdefault(token_hash, set())
        callbacks.add(callback)

        def take_back() -> None:
            callbacks.discard(callback)
            if not callbacks and self._callbacks.get(token_hash) is callbacks:
                del self._callbacks[token_hash]

        return take_back

    def ended(self, token_hash: str) -> None:
        """The session has ended: everything open in its name is cut, though some of it may fail to close."""
        errors: list[Exception] = []
        for callback in tuple(self._callbacks.pop(token_hash, ())):
            try:
                callback()
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup("not all that was open closed well", errors)
