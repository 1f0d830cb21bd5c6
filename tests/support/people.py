"""People by their ids, for tests in which nothing else about them matters."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, insert

from app.ids import AppId, ContactId
from app.storage.tables import contacts, workspaces


def add_people(conn: Connection, app_id: AppId, ids: Iterable[ContactId]) -> None:
    """A workspace, and users in it."""
    workspace: dict[str, Any] = {"app_id": app_id, "name": "Acme", "region": "us", "timezone": "UTC"}
    workspace |= {"identity_verification": False, "identity_secrets": [], "allowed_origins": []}
    conn.execute(insert(workspaces), workspace | {"created_at": 0.0})
    add_users(conn, app_id, ids)


def add_users(conn: Connection, app_id: AppId, ids: Iterable[ContactId]) -> None:
    """Users in a workspace that is there already."""
    person: dict[str, Any] = {"app_id": app_id, "role": "user", "listed": True, "pseudonym": "Pink Stereo"}
    person |= {"name_key": "", "created_at": 0.0, "updated_at": 0.0, "custom_attributes": {}}
    person |= {"session_count": 0, "ios_session_count": 0, "android_session_count": 0}
    conn.execute(insert(contacts), [person | {"id": contact_id} for contact_id in ids])
