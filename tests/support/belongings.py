"""One of everything that a workspace can have, made by REST where REST makes it."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import httpx2
from sqlalchemy import Connection, insert

from app.contacts.drafts import read_draft
from app.contacts.operations import change_contact
from app.contacts.pings import PingContext, record_ping
from app.contacts.records import Ping
from app.contacts.user_data import read_user_data
from app.ids import ContactId
from app.storage.tables import data_attributes
from app.trail.records import CLI
from app.workspaces.administration import add_teammate
from app.workspaces.teams import create_team
from support.rest import Tenant
from support.serving import START, Served

SECRET: Final = "Zebulon"
"""Stands in all that is made here: who must not see it must not see this word."""


@dataclass(frozen=True)
class Owner:
    """A workspace that things are made in."""

    server: Served
    client: httpx2.AsyncClient
    tenant: Tenant

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post(path, json=body, headers=self.tenant.headers)
        assert answer.status_code < 300, (path, answer.text)
        made: dict[str, Any] = answer.json()
        return made

    async def write(self, work: Callable[[Connection], Any]) -> Any:
        return await self.server.state.database.write(work)


Make: TypeAlias = Callable[[Owner], Awaitable[str]]


def _name() -> str:
    return f"{SECRET}{secrets.token_hex(6)}"


async def _user(owner: Owner) -> str:
    return str((await owner.post("/contacts", {"external_id": _name(), "name": _name()}))["id"])


async def _external_id(owner: Owner) -> str:
    made = await owner.post("/contacts", {"external_id": _name(), "name": SECRET})
    return str(made["external_id"])


async def _email(owner: Owner) -> str:
    return str((await owner.post("/contacts", {"email": f"{_name()}@example.com"}))["email"])


async def _lead(owner: Owner) -> str:
    return str((await owner.post("/contacts", {"role": "lead", "name": _name()}))["id"])


async def _archived(owner: Owner) -> str:
    user = await _user(owner)
    await owner.post(f"/contacts/{user}/archive", {})
    return user


async def _deleted(owner: Owner) -> str:
    user = await _user(owner)
    await owner.client.delete(f"/contacts/{user}", headers=owner.tenant.headers)
    return user


async def _browser(owner: Owner) -> str:
    """A visitor, by its anonymous_id."""
    anonymous_id = _name()
    ping = Ping(owner.tenant.app_id, read_user_data({"anonymous_id": anonymous_id}))
    await owner.write(lambda conn: record_ping(conn, ping, PingContext(own_origin=""), START) and None)
    return anonymous_id


async def _visitor(owner: Owner) -> str:
    ping = Ping(owner.tenant.app_id, read_user_data({"anonymous_id": _name()}))
    recorded = await owner.write(lambda conn: record_ping(conn, ping, PingContext(own_origin=""), START))
    return str(recorded.contact.id)


async def _visitor_email(owner: Owner) -> str:
    """A visitor, by the email that it told in a talk."""
    visitor, app_id, email = ContactId(await _visitor(owner)), owner.tenant.app_id, f"{_name()}@example.com"
    draft = read_draft({"email": email})
    await owner.write(
        lambda conn: change_contact(conn, app_id, visitor, draft, actor=CLI, now=START) and None
    )
    return email


async def _conversation(owner: Owner) -> str:
    sender = {"type": "user", "id": await _user(owner)}
    return str((await owner.post("/conversations", {"from": sender, "body": _name()}))["conversation_id"])


async def _company(owner: Owner) -> str:
    return str((await owner.post("/companies", {"company_id": _name(), "name": _name()}))["id"])


async def _company_id(owner: Owner) -> str:
    return str((await owner.post("/companies", {"company_id": _name(), "name": SECRET}))["company_id"])


async def _company_name(owner: Owner) -> str:
    return str((await owner.post("/companies", {"company_id": _name(), "name": _name()}))["name"])


async def _tag(owner: Owner) -> str:
    return str((await owner.post("/tags", {"name": _name()}))["id"])


async def _note(owner: Owner) -> str:
    return str((await owner.post(f"/contacts/{await _user(owner)}/notes", {"body": _name()}))["id"])


async def _segment(owner: Owner) -> str:
    saved = {"field": "email", "operator": "contains", "value": SECRET}
    return str((await owner.post("/segments", {"name": _name(), "filter": saved}))["id"])


async def _attribute(owner: Owner) -> str:
    row = {
        "app_id": owner.tenant.app_id,
        "model": "contact",
        "name": _name(),
        "label": SECRET,
        "type": "string",
    }
    row |= {
        "options": [],
        "messenger_writable": True,
        "archived": False,
        "created_at": START,
        "updated_at": START,
    }
    statement = insert(data_attributes).returning(data_attributes.c.id)
    return str(await owner.write(lambda conn: conn.execute(statement, row).scalar_one()))


async def _job(owner: Owner) -> str:
    headers = owner.tenant.headers | {"Content-Type": "text/csv"}
    answer = await owner.client.post("/imports", content=f"email,name\n,{_name()}\n", headers=headers)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def _webhook(owner: Owner) -> str:
    body = {"url": f"https://{SECRET.lower()}.example/{_name()}", "topics": ["contact.archived"]}
    return str((await owner.post("/webhooks", body))["id"])


async def _admin(owner: Owner) -> str:
    email, app_id = f"{_name()}@example.com", owner.tenant.app_id
    return str(await owner.write(lambda conn: add_teammate(conn, app_id, email, None, actor=CLI, now=START)))


async def _team(owner: Owner) -> str:
    name, app_id = _name(), owner.tenant.app_id
    made = await owner.write(lambda conn: create_team(conn, app_id, name, (), actor=CLI, now=START))
    return str(made.id)


MAKERS: Final[dict[str, Make]] = {
    "admin": _admin,
    "archived": _archived,
    "attribute": _attribute,
    "browser": _browser,
    "company": _company,
    "company_id": _company_id,
    "company_name": _company_name,
    "conversation": _conversation,
    "deleted": _deleted,
    "email": _email,
    "external_id": _external_id,
    "job": _job,
    "lead": _lead,
    "note": _note,
    "segment": _segment,
    "tag": _tag,
    "team": _team,
    "user": _user,
    "visitor": _visitor,
    "visitor_email": _visitor_email,
    "webhook": _webhook,
}

_HEX: Final = "f" * 24
_NUMBER: Final = "987654"
UNKNOWN: Final[dict[str, str]] = dict.fromkeys(MAKERS, _HEX) | {
    "admin": _NUMBER,
    "attribute": _NUMBER,
    "browser": "nobody",
    "company_id": "nobody",
    "company_name": "nobody",
    "conversation": _NUMBER,
    "email": "nobody@example.com",
    "external_id": "nobody",
    "note": _NUMBER,
    "tag": _NUMBER,
    "team": _NUMBER,
    "visitor_email": "nobody@example.com",
    "webhook": _NUMBER,
}
"""An id of each kind that is nobody's."""


async def tie(owner: Owner, named: Mapping[str, str]) -> None:
    """Bring together what is named, by kind: whatever asks for one by the other finds something."""
    person = named.get("user") or await _user(owner)
    if conversation := named.get("conversation"):
        admin_id = await _admin(owner)
        keys = {"user": "intercom_user_id", "external_id": "user_id", "email": "email"}
        for kind in keys.keys() & named.keys():
            whom = {"admin_id": admin_id, "customer": {keys[kind]: named[kind]}}
            await owner.post(f"/conversations/{conversation}/customers", whom)
        if tag := named.get("tag"):
            await owner.post(f"/conversations/{conversation}/tags", {"admin_id": admin_id, "id": tag})
    elif "user" in named:
        await owner.post("/conversations", {"from": {"type": "user", "id": person}, "body": _name()})
    if "tag" in named or "company" in named:
        company = named.get("company") or await _company(owner)
        await owner.post(f"/contacts/{person}/companies", {"id": company})
        if tag := named.get("tag"):
            await owner.post("/tags", {"id": tag, "companies": [{"id": company}], "users": [{"id": person}]})
    if "segment" in named:
        await _email(owner)
