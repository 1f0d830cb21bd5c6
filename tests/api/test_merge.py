"""``POST /contacts/merge``. Rule R73."""

from typing import Any

import httpx2
import pytest

from support.claims import assert_error_list
from support.rest import AddContact, Tenant
from support.serving import START, Served


async def merge(client: httpx2.AsyncClient, tenant: Tenant, body: Any) -> httpx2.Response:
    return await client.post("/contacts/merge", json=body, headers=tenant.headers)


async def test_R73_user_is_answered_and_the_leads_id_is_unknown(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact
) -> None:
    lead = await add_contact(acme, role="lead", phone="+49301234567", session_count=2)
    user = await add_contact(acme, external_id="7", session_count=3)
    answer = await merge(client, acme, {"from": lead, "into": user})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["id"], told["role"], told["phone"], told["session_count"]) == (
        user,
        "user",
        "+49301234567",
        5,
    )
    gone = await client.get(f"/contacts/{lead}", headers=acme.headers)
    assert_error_list(gone, 404, "not_found", "User Not Found")
    listed = (await client.get("/contacts", headers=acme.headers)).json()
    assert [contact["id"] for contact in listed["data"]] == [user]
    assert_error_list(await merge(client, acme, {"from": lead, "into": user}), 404, "not_found")


async def test_R73_dot_of_the_lead_is_the_users(
    client: httpx2.AsyncClient, acme: Tenant, add_contact: AddContact, server: Served
) -> None:
    lead, user = await add_contact(acme, role="lead"), await add_contact(acme, external_id="7")
    server.state.tracker.ping(acme.app_id, lead, START)
    answer = await merge(client, acme, {"from": lead, "into": user})
    assert answer.json()["presence"]["online"] is True
    assert (await client.get("/presence", headers=acme.headers)).json() == {"online": 1, "total": 1}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "parameter_not_found"),
        ({"from": "{lead}"}, 400, "parameter_not_found"),
        ({"from": "{lead}", "into": None}, 400, "parameter_not_found"),
        ({"from": 7, "into": "{user}"}, 400, "parameter_invalid"),
        ({"from": "{user}", "into": "{lead}"}, 400, "parameter_invalid"),
        ({"from": "{lead}", "into": "{lead}"}, 400, "parameter_invalid"),
        ({"from": "{lead}", "into": "f" * 24}, 404, "not_found"),
        ({"from": "x", "into": "{user}"}, 404, "not_found"),
        ({"from": "{lead}", "into": "{theirs}"}, 404, "not_found"),
        ({"from": "{their_lead}", "into": "{user}"}, 404, "not_found"),
    ],
)
async def test_what_can_not_be_merged_is_refused(
    client: httpx2.AsyncClient,
    acme: Tenant,
    globex: Tenant,
    add_contact: AddContact,
    body: dict[str, Any],
    status: int,
    code: str,
) -> None:
    ids = {
        "lead": await add_contact(acme, role="lead"),
        "user": await add_contact(acme, external_id="7"),
        "theirs": await add_contact(globex, external_id="7"),
        "their_lead": await add_contact(globex, role="lead"),
    }
    filled = {name: value.format(**ids) if isinstance(value, str) else value for name, value in body.items()}
    assert_error_list(await merge(client, acme, filled), status, code)
    assert (await client.get(f"/contacts/{ids['lead']}", headers=acme.headers)).status_code == 200
