"""Teammates: accounts, and their roles in workspaces. Rule R81."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from sqlalchemy import Connection, text

from app.errors import Conflict, NotFound, ParameterInvalid
from app.ids import AdminId, AppId

Role = Literal["admin", "teammate"]

_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@.]{1,63}(\.[^\s@.]{1,63}){0,10}")
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs"})

_FIND_BY_EMAIL = text("SELECT id, email, name, password_hash FROM admins WHERE email = :email")
_FIND = text("SELECT id, email, name, password_hash FROM admins WHERE id = :id")
_INSERT = text(
    """
    INSERT INTO admins (email, name, password_hash, created_at)
    VALUES (:email, :name, :password_hash, :now) RETURNING id
    """
)
_SET_PASSWORD = text("UPDATE admins SET password_hash = :password_hash WHERE id = :id")
_JOIN = text("INSERT INTO memberships (app_id, admin_id, role) VALUES (:app_id, :admin_id, :role)")
_ROLE = text("SELECT role FROM memberships WHERE app_id = :app_id AND admin_id = :admin_id")
_WORKSPACES = text(
    """
    SELECT w.app_id, w.name, m.role FROM memberships m JOIN workspaces w ON w.app_id = m.app_id
    WHERE m.admin_id = :admin_id ORDER BY w.name, w.app_id
    """
)
_MEMBERS = text(
    """
    SELECT a.id, a.email, a.name, m.role FROM memberships m JOIN admins a ON a.id = m.admin_id
    WHERE m.app_id = :app_id ORDER BY a.email
    """
)
_ADMINS_LEFT = text("SELECT count(*) FROM memberships WHERE app_id = :app_id AND role = 'admin'")
_LEAVE = text("DELETE FROM memberships WHERE app_id = :app_id AND admin_id = :admin_id")
_LEAVE_TEAMS = text("DELETE FROM team_members WHERE app_id = :app_id AND admin_id = :admin_id")


@dataclass(frozen=True, slots=True)
class Admin:
    """An account. ``password_hash`` is none until a password was set."""

    id: AdminId
    email: str
    name: str | None
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A workspace that a teammate may enter."""

    app_id: AppId
    workspace_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Member:
    """A teammate of a workspace."""

    id: AdminId
    email: str
    name: str | None
    role: Role


def email_of_account(typed: str) -> str:
    """The form in which an account's email is kept; raises ParameterInvalid.

    It is what somebody signs in with, no more, so that ``ada@localhost`` will do.
    """
    email = _folded(typed)
    if not _EMAIL.fullmatch(email) or any(unicodedata.category(character) in _UNSHOWN for character in email):
        raise ParameterInvalid(f"email is {typed!r}: write it as ada@example.com")
    return email


def _folded(email: str) -> str:
    return unicodedata.normalize("NFC", email.strip()).lower()


def create_admin(
    conn: Connection,
    app_id: AppId,
    email: str,
    password_hash: str | None,
    now: float,
    *,
    role: str = "admin",
    name: str | None = None,
) -> AdminId:
    """An account in a workspace; one that exists already (in another workspace) joins, and keeps its own password.

    Raises Conflict for somebody who is in the workspace already, ParameterInvalid for a wrong email or role.
    """
    if role not in get_args(Role):
        raise ParameterInvalid(f"role is {role!r}: it is one of {', '.join(get_args(Role))}")
    email = email_of_account(email)
    known = find_by_email(conn, email)
    if known is None:
        values = {"email": email, "name": name, "password_hash": password_hash, "now": now}
        admin_id = AdminId(conn.execute(_INSERT, values).scalar_one())
    else:
        admin_id = known.id
        if role_in(conn, app_id, admin_id):
            raise Conflict(f"{email} is a teammate of this workspace already")
        if password_hash and known.password_hash is None:
            set_password(conn, admin_id, password_hash)
    conn.execute(_JOIN, {"app_id": app_id, "admin_id": admin_id, "role": role})
    return admin_id


def set_password(conn: Connection, admin_id: AdminId, password_hash: str) -> None:
    conn.execute(_SET_PASSWORD, {"id": admin_id, "password_hash": password_hash})


def find_by_email(conn: Connection, email: str) -> Admin | None:
    row = conn.execute(_FIND_BY_EMAIL, {"email": _folded(email)}).one_or_none()
    return Admin(AdminId(row.id), row.email, row.name, row.password_hash) if row else None


def find_admin(conn: Connection, admin_id: AdminId) -> Admin | None:
    row = conn.execute(_FIND, {"id": admin_id}).one_or_none()
    return Admin(AdminId(row.id), row.email, row.name, row.password_hash) if row else None


def role_in(conn: Connection, app_id: AppId, admin_id: AdminId) -> Role | None:
    """A teammate's role in a workspace; none for a stranger, or a workspace that does not exist."""
    role = conn.execute(_ROLE, {"app_id": app_id, "admin_id": admin_id}).scalar_one_or_none()
    return cast("Role | None", role)


def workspaces_of(conn: Connection, admin_id: AdminId) -> list[Membership]:
    rows = conn.execute(_WORKSPACES, {"admin_id": admin_id})
    return [Membership(AppId(row.app_id), row.name, row.role) for row in rows]


def members_of(conn: Connection, app_id: AppId) -> list[Member]:
    rows = conn.execute(_MEMBERS, {"app_id": app_id})
    return [Member(AdminId(row.id), row.email, row.name, row.role) for row in rows]


def remove_member(conn: Connection, app_id: AppId, admin_id: AdminId) -> None:
    """Raises NotFound for a stranger, Conflict for the last admin."""
    role = role_in(conn, app_id, admin_id)
    if role is None:
        raise NotFound("No such teammate")
    if role == "admin" and conn.execute(_ADMINS_LEFT, {"app_id": app_id}).scalar_one() == 1:
        raise Conflict("The last admin can't be removed: make somebody else an admin first")
    conn.execute(_LEAVE, {"app_id": app_id, "admin_id": admin_id})
    conn.execute(_LEAVE_TEAMS, {"app_id": app_id, "admin_id": admin_id})
