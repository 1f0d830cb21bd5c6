"""Who may enter, and the switches: what is done to them is on the log. Rules R81, R82."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.errors import Conflict, NotFound, WorkspaceNotFound
from app.ids import AdminId, AppId
from app.storage.tables import audit_log
from app.trail.records import Actor
from app.workspaces import administration
from support.recording import NOW, Recorder

BY_ADA = {"actor": Actor("admin", "3"), "now": NOW}
Doing = Callable[[Connection, AppId], object]


def log(recorder: Recorder) -> list[tuple[str, str, str | None, Any]]:
    columns = (audit_log.c.action, audit_log.c.subject_type, audit_log.c.subject_id, audit_log.c.detail)
    return [tuple(row) for row in recorder.conn.execute(select(*columns).order_by(audit_log.c.id))]  # type: ignore[misc]


def test_R82_switches_that_change_are_on_the_log_by_name(recorder: Recorder) -> None:
    for zone in ("Europe/Berlin", "Europe/Berlin"):
        administration.change_switches(
            recorder.conn, recorder.app_id, identity_verification=True, timezone=zone, **BY_ADA
        )
    detail = {"fields": ["identity_verification", "timezone"]}
    assert log(recorder) == [("workspace.updated", "workspace", recorder.app_id, detail)]


@pytest.mark.parametrize(
    ("deed", "action"),
    [
        (administration.rotate_secret, "identity_secret.rotated"),
        (administration.retire_old_secret, "identity_secret.retired"),
        (administration.reveal_secret, "identity_secret.viewed"),
    ],
)
def test_R82_what_happens_to_a_secret_is_on_the_log(
    recorder: Recorder, deed: Callable[..., object], action: str
) -> None:
    deed(recorder.conn, recorder.app_id, **BY_ADA)
    assert log(recorder) == [(action, "workspace", recorder.app_id, {})]


def test_R82_tokens_are_on_the_log_by_number(recorder: Recorder) -> None:
    administration.make_token(recorder.conn, recorder.app_id, "billing", **BY_ADA)
    administration.revoke_token(recorder.conn, recorder.app_id, "billing", **BY_ADA)
    assert log(recorder) == [("token.created", "token", "1", {}), ("token.revoked", "token", "1", {})]


def test_R82_teammates_are_on_the_log_by_number_and_role(recorder: Recorder) -> None:
    conn, app_id = recorder.conn, recorder.app_id
    administration.add_teammate(conn, app_id, "ada@example.com", None, **BY_ADA)
    grace = administration.add_teammate(conn, app_id, "grace@example.com", None, role="teammate", **BY_ADA)
    administration.remove_teammate(conn, app_id, grace, **BY_ADA)
    assert [(action, subject, detail) for action, _, subject, detail in log(recorder)] == [
        ("admin.added", "1", {"role": "admin"}),
        ("admin.added", "2", {"role": "teammate"}),
        ("admin.removed", "2", {}),
    ]


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        (lambda conn, app_id: administration.revoke_token(conn, app_id, "none", **BY_ADA), NotFound),
        (lambda conn, app_id: administration.remove_teammate(conn, app_id, AdminId(9), **BY_ADA), NotFound),
        (
            lambda conn, _: administration.make_token(conn, AppId("uzzzzzzz"), "x", **BY_ADA),
            WorkspaceNotFound,
        ),
        (
            lambda conn, _: administration.revoke_token(conn, AppId("uzzzzzzz"), "x", **BY_ADA),
            WorkspaceNotFound,
        ),
        (lambda conn, _: administration.reveal_secret(conn, AppId("uzzzzzzz"), **BY_ADA), WorkspaceNotFound),
    ],
)
def test_R82_what_was_refused_is_not_on_the_log(
    recorder: Recorder, deed: Doing, error: type[Exception]
) -> None:
    with pytest.raises(error):
        deed(recorder.conn, recorder.app_id)
    assert log(recorder) == []


def test_token_name_that_is_taken_is_refused(recorder: Recorder) -> None:
    administration.make_token(recorder.conn, recorder.app_id, "billing", **BY_ADA)
    with pytest.raises(Conflict):
        administration.make_token(recorder.conn, recorder.app_id, "billing", **BY_ADA)
    assert len(log(recorder)) == 1
