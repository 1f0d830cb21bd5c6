"""Conversations over REST, on a running server: begun, read, listed, changed, deleted."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app.storage.tables import audit_log
from support.claims import assert_error_list
from support.rest import AddContact, Tenant, add_admin
from support.serving import START, Served
from support.trail import looks

Http = httpx2.AsyncClient


async def begin(http: Http, tenant: Tenant, contact_id: str, body: str = "Hello there") -> str:
    sent = {"from": {"type": "user", "id": contact_id}, "body": body}
    response = await http.post("/conversations", headers=tenant.headers, json=sent)
    assert response.status_code == 200, response.text
    return str(response.json()["conversation_id"])


async def show(http: Http, tenant: Tenant, conversation_id: str, query: str = "") -> dict[str, Any]:
    response = await http.get(f"/conversations/{conversation_id}{query}", headers=tenant.headers)
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


async def actions(server: Served) -> list[str]:
    statement = select(audit_log.c.action).order_by(audit_log.c.id)
    return await server.state.database.read(lambda conn: list(conn.execute(statement).scalars()))


async def test_R70_a_first_message_is_answered_as_a_message(
    client: Http, acme: Tenant, add_contact: AddContact
) -> None:
    joe = await add_contact(acme)
    sent = {"from": {"type": "user", "id": joe}, "body": "Hello there"}
    message = (await client.post("/conversations", headers=acme.headers, json=sent)).json()
    assert message == {
        "type": "user_message",
        "id": message["conversation_id"],
        "created_at": int(START),
        "body": "Hello there",
        "message_type": "inapp",
        "conversation_id": message["conversation_id"],
    }
    assert message["conversation_id"].isdigit()
    shown = await show(client, acme, message["conversation_id"])
    assert shown["source"]["body"] == "<p>Hello there</p>"
    assert shown["conversation_parts"] == {
        "type": "conversation_part.list",
        "conversation_parts": [],
        "total_count": 0,
    }


async def test_bodies_come_as_plain_text_where_that_is_asked_for(
    client: Http, acme: Tenant, add_contact: AddContact
) -> None:
    begun = await begin(client, acme, await add_contact(acme), "a < b\nc")
    assert (await show(client, acme, begun))["source"]["body"] == "<p>a &lt; b<br>\nc</p>"
    assert (await show(client, acme, begun, "?display_as=plaintext"))["source"]["body"] == "a < b\nc"


async def test_conversations_are_listed_page_by_page(
    client: Http, acme: Tenant, add_contact: AddContact
) -> None:
    joe = await add_contact(acme)
    made = [await begin(client, acme, joe) for _ in range(3)]
    first = (await client.get("/conversations?per_page=2", headers=acme.headers)).json()
    assert (first["type"], first["total_count"]) == ("conversation.list", 3)
    assert first["pages"]["total_pages"] == 2
    assert "conversation_parts" not in first["conversations"][0]
    after = first["pages"]["next"]["starting_after"]
    second = (
        await client.get(f"/conversations?per_page=2&starting_after={after}", headers=acme.headers)
    ).json()
    assert "next" not in second["pages"]
    listed = [one["id"] for page in (first, second) for one in page["conversations"]]
    assert listed == made[::-1]


async def test_a_page_holds_20_unless_another_number_is_asked_for(client: Http, acme: Tenant) -> None:
    empty = (await client.get("/conversations", headers=acme.headers)).json()
    assert empty == {
        "type": "conversation.list",
        "pages": {"type": "pages", "page": 1, "per_page": 20, "total_pages": 0},
        "total_count": 0,
        "conversations": [],
    }


@pytest.mark.parametrize(
    "query",
    ["per_page=0", "per_page=151", "per_page=x", "starting_after=x", "starting_after=WzEsImEiLCJiIl0"],
)
async def test_what_is_no_page_is_refused(client: Http, acme: Tenant, query: str) -> None:
    response = await client.get(f"/conversations?{query}", headers=acme.headers)
    assert_error_list(response, 400, "parameter_invalid")


async def test_a_conversation_is_changed(client: Http, acme: Tenant, add_contact: AddContact) -> None:
    begun = await begin(client, acme, await add_contact(acme))
    body = {"read": True, "title": "new title", "custom_attributes": {"issue_type": "Billing"}}
    response = await client.put(f"/conversations/{begun}", headers=acme.headers, json=body)
    changed = response.json()
    assert (changed["read"], changed["title"]) == (True, "new title")
    assert changed["custom_attributes"] == {"issue_type": "Billing"}
    [part] = changed["conversation_parts"]["conversation_parts"]
    assert part["part_type"] == "conversation_attribute_updated_by_admin"
    assert part["event_details"] == {"attribute": {"name": "issue_type"}, "value": {"name": "Billing"}}
    assert part["author"]["type"] == "bot"
    assert await show(client, acme, begun) == changed


async def test_a_conversation_is_deleted_for_good(
    client: Http, acme: Tenant, add_contact: AddContact
) -> None:
    begun = await begin(client, acme, await add_contact(acme))
    response = await client.delete(f"/conversations/{begun}", headers=acme.headers)
    assert response.json() == {"id": begun, "object": "conversation", "deleted": True}
    response = await client.get(f"/conversations/{begun}", headers=acme.headers)
    assert_error_list(response, 404, "not_found", "Resource Not Found")
    response = await client.delete(f"/conversations/{begun}", headers=acme.headers)
    assert_error_list(response, 404, "not_found", "Resource Not Found")


async def test_R82_who_looks_is_on_the_log(
    client: Http, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    begun = await begin(client, acme, ada)
    await show(client, acme, begun)
    await client.get("/conversations", headers=acme.headers)
    logged = await actions(server)
    assert logged == ["conversation.created", "conversation.viewed", "conversation.listed"]
    assert await looks(server, "conversation.viewed") == [{"contact_ids": [ada]}]
    assert await looks(server, "conversation.listed") == [{"ids": [int(begun)], "contact_ids": [ada]}]


@pytest.mark.parametrize("contact_id", ["123_doesnt_exist", "f" * 24, "", 7])
async def test_nobody_says_nothing(client: Http, acme: Tenant, contact_id: object) -> None:
    sent = {"from": {"type": "user", "id": contact_id}, "body": "Hello there"}
    response = await client.post("/conversations", headers=acme.headers, json=sent)
    assert_error_list(response, 404, "not_found", "User Not Found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{}", "parameter_not_found"),
        ("[]", "parameter_invalid"),
        ("{", "parameter_invalid"),
        ('{"from": {"type": "user", "id": "x"}}', "parameter_not_found"),
        ('{"from": {"type": "user", "id": "x"}, "body": "\\u0000"}', "parameter_invalid"),
        ('{"from": {"type": "user", "id": "x"}, "body": "\\ud800"}', "parameter_invalid"),
        ('{"from": {"type": "user", "id": "x"}, "body": "x", "created_at": 1e400}', "parameter_invalid"),
        (
            '{"from": {"type": "user", "id": "x"}, "body": "x", "created_at": 99999999999999999999}',
            "parameter_invalid",
        ),
    ],
)
async def test_what_is_no_message_is_refused(client: Http, acme: Tenant, body: str, code: str) -> None:
    response = await client.post("/conversations", headers=acme.headers, content=body)
    assert_error_list(response, 400, code)


@pytest.mark.parametrize("given", ["0", "-1", "abc", "9" * 40, "99999", "1.5", "%00", "１"])
async def test_what_is_no_conversation_is_not_found(client: Http, acme: Tenant, given: str) -> None:
    path = f"/conversations/{given}"
    for response in (
        await client.get(path, headers=acme.headers),
        await client.put(path, headers=acme.headers, json={"read": True}),
        await client.delete(path, headers=acme.headers),
    ):
        assert_error_list(response, 404, "not_found", "Resource Not Found")


async def test_R83_another_workspaces_conversation_answers_as_one_that_is_not_there(
    client: Http, acme: Tenant, globex: Tenant, add_contact: AddContact
) -> None:
    joe = await add_contact(acme)
    begun = await begin(client, acme, joe)
    for response in (
        await client.get(f"/conversations/{begun}", headers=globex.headers),
        await client.put(f"/conversations/{begun}", headers=globex.headers, json={"read": True}),
        await client.delete(f"/conversations/{begun}", headers=globex.headers),
    ):
        assert_error_list(response, 404, "not_found", "Resource Not Found")
    sent = {"from": {"type": "user", "id": joe}, "body": "Hello"}
    response = await client.post("/conversations", headers=globex.headers, json=sent)
    assert_error_list(response, 404, "not_found", "User Not Found")
    assert (await client.get("/conversations", headers=globex.headers)).json()["total_count"] == 0
    assert (await show(client, acme, begun))["read"] is False


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/conversations"),
        ("GET", "/conversations"),
        ("GET", "/conversations/1"),
        ("PUT", "/conversations/1"),
        ("DELETE", "/conversations/1"),
    ],
)
async def test_nothing_without_a_token(client: Http, server: Served, method: str, path: str) -> None:
    response = await client.request(method, path)
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")


async def test_statistics_are_reckoned_from_what_happened(
    client: Http, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_admin(server, acme)
    begun = await begin(client, acme, await add_contact(acme))
    server.clock.advance(30)
    body: dict[str, Any] = {"message_type": "comment", "type": "admin", "admin_id": str(ada), "body": "Hi"}
    await client.post(f"/conversations/{begun}/reply", headers=acme.headers, json=body)
    server.clock.advance(30)
    body = {"message_type": "close", "type": "admin", "admin_id": ada}
    await client.post(f"/conversations/{begun}/parts", headers=acme.headers, json=body)
    statistics = (await show(client, acme, begun))["statistics"]
    assert statistics["type"] == "conversation_statistics"
    assert statistics["time_to_admin_reply"] == 30
    assert statistics["time_to_first_close"] == 60
    assert statistics["median_time_to_reply"] == 30
    assert statistics["count_conversation_parts"] == 2
    assert statistics["last_closed_by_id"] == str(ada)
    assert statistics["time_to_assignment"] is None


async def test_R82_whose_conversations_were_seen_is_on_the_log(
    client: Http, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_contact(acme)
    begun = await begin(client, acme, ada)
    await client.get("/conversations", headers=acme.headers)
    query = {"query": {"field": "state", "operator": "=", "value": "open"}}
    await client.post("/conversations/search", headers=acme.headers, json=query)
    assert await looks(server, "conversation.listed") == [{"ids": [int(begun)], "contact_ids": [ada]}] * 2
