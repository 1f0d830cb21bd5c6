"""``GET /admins/activity_logs`` on a running server."""

import httpx2
import pytest

from app.trail.operations import record
from app.trail.records import Actor, Deed
from support.claims import assert_error_list
from support.rest import Tenant, add_admin
from support.serving import START, Served

Http = httpx2.AsyncClient
PATH = "/admins/activity_logs"


async def test_what_a_teammate_did_is_listed(client: Http, server: Served, acme: Tenant) -> None:
    ada = await add_admin(server, acme)
    deed = Deed("contact.deleted", "contact", "c" * 24, {"fields": ["phone"]})
    await server.state.database.write(
        lambda conn: record(conn, acme.app_id, Actor("admin", str(ada)), deed, START)
    )
    listed = (await client.get(f"{PATH}?created_at_after={int(START)}", headers=acme.headers)).json()
    assert listed["type"] == "activity_log.list"
    assert listed["pages"] == {"type": "pages", "next": None, "page": 1, "per_page": 20, "total_pages": 1}
    [activity] = listed["activity_logs"]
    assert activity.pop("id").isdigit()
    assert activity == {
        "performed_by": {"type": "admin", "id": str(ada), "email": "ada@acme.example", "ip": None},
        "metadata": {"fields": ["phone"]},
        "created_at": int(START),
        "activity_type": "contact_deleted",
        "activity_description": f"ada@acme.example: contact.deleted (contact {'c' * 24}).",
    }


async def test_R83_another_workspaces_teammates_did_nothing(
    client: Http, server: Served, acme: Tenant, globex: Tenant
) -> None:
    ada = await add_admin(server, acme)
    deed = Deed("contact.deleted", "contact", "c" * 24)
    await server.state.database.write(
        lambda conn: record(conn, acme.app_id, Actor("admin", str(ada)), deed, START)
    )
    listed = (await client.get(f"{PATH}?created_at_after=0", headers=globex.headers)).json()
    assert listed["activity_logs"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "parameter_not_found"),
        ("?created_at_after=x", "parameter_invalid"),
        ("?created_at_after=-1", "parameter_invalid"),
        ("?created_at_after=9999999999999", "parameter_invalid"),
        ("?created_at_after=1&created_at_before=", "parameter_invalid"),
        ("?created_at_after=1&page=0", "parameter_invalid"),
    ],
)
async def test_what_is_no_span_of_time_is_refused(client: Http, acme: Tenant, query: str, code: str) -> None:
    assert_error_list(await client.get(PATH + query, headers=acme.headers), 400, code)


async def test_nothing_without_a_token(client: Http) -> None:
    assert_error_list(await client.get(PATH), 401, "unauthorized", "Access Token Invalid")
