"""The trail, read: the audit log page by page, and the receipts of destructions. Rules R65, R82."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.ids import AppId
from app.storage.tables import admins, api_tokens, audit_log, receipts
from app.trail.records import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit log."""

    id: int
    at: float
    actor: Actor
    action: str
    subject_type: str
    subject_id: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One destruction: what went and how much of it, what was kept without a name. Rule R65."""

    id: int
    destroyed_at: float
    deleted_at: float
    asked_by: str
    destroyed: Mapping[str, int]
    kept: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class View:
    """Which entries are asked for: of one actor, of one action, of one subject; none stands for all."""

    actor: str | None = None
    action: str | None = None
    subject_id: str | None = None
    before: int | None = None
    """Only entries with a smaller id: those of the page before are newer."""


def entries_of(conn: Connection, app_id: AppId, view: View, most: int) -> list[Entry]:
    """The newest entries first."""
    statement = select(audit_log).where(audit_log.c.app_id == app_id)
    if view.actor is not None:
        kind, _, actor_id = view.actor.partition(":")
        statement = statement.where(audit_log.c.actor_type == kind)
        statement = statement.where(audit_log.c.actor_id == (actor_id or None))
    if view.action is not None:
        statement = statement.where(audit_log.c.action == view.action)
    if view.subject_id is not None:
        statement = statement.where(audit_log.c.subject_id == view.subject_id)
    if view.before is not None:
        statement = statement.where(audit_log.c.id < view.before)
    rows = conn.execute(statement.order_by(audit_log.c.id.desc()).limit(most))
    return [
        Entry(
            row.id,
            row.at,
            Actor(row.actor_type, row.actor_id),
            row.action,
            row.subject_type,
            row.subject_id,
            row.detail,
        )
        for row in rows
    ]


def receipts_of(conn: Connection, app_id: AppId) -> list[Receipt]:
    """Every destruction of a workspace, the newest first."""
    statement = select(receipts).where(receipts.c.app_id == app_id).order_by(receipts.c.id.desc())
    return [
        Receipt(row.id, row.destroyed_at, row.deleted_at, row.asked_by, row.destroyed, row.kept)
        for row in conn.execute(statement)
    ]


def names_of(conn: Connection, app_id: AppId, actors: Iterable[Actor]) -> dict[Actor, str]:
    """What teammates (former ones too) and tokens (revoked ones too) are called; others go by their kind."""
    numbers: dict[str, list[int]] = {"admin": [], "token": []}
    for actor in set(actors):
        if actor.type in numbers and actor.id is not None and actor.id.isdigit():
            numbers[actor.type].append(int(actor.id))
    emails = select(admins.c.id, admins.c.email).where(admins.c.id.in_(numbers["admin"]))
    tokens = select(api_tokens.c.id, api_tokens.c.name).where(
        api_tokens.c.app_id == app_id, api_tokens.c.id.in_(numbers["token"])
    )
    return {
        **{Actor("admin", str(number)): email for number, email in conn.execute(emails)},
        **{Actor("token", str(number)): name for number, name in conn.execute(tokens)},
    }
