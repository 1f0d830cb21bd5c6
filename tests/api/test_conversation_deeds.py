"""What is done in conversations over REST, on a running server."""

from typing import Any

import httpx2
import pytest

from app.tags.operations import find_or_make
from app.trail.records import CLI
from support.claims import assert_error_list
from support.rest import AddContact, Tenant, add_admin
from support.serving import START, Served

Http = httpx2.AsyncClient


async def begin(http: Http, tenant: Tenant, contact_id: str) -> str:
    sent = {"from": {"type": "user", "id": contact_id}, "body": "Hello there"}
    response = await http.post("/conversations", headers=tenant.headers, json=sent)
    return str(response.json()["conversation_id"])


async def post(http: Http, tenant: Tenant, path: str, **body: Any) -> dict[str, Any]:
    response = await http.post(f"/conversations/{path}", headers=tenant.headers, json=body)
    assert response.status_code == 200, response.text
    answered: dict[str, Any] = response.json()
    return answered


def last_part(conversation: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = conversation["conversation_parts"]["conversation_parts"][-1]
    return part


async def make_tag(server: Served, tenant: Tenant, name: str) -> int:
    tag = await server.state.database.write(
        lambda conn: find_or_make(conn, tenant.app_id, name, actor=CLI, now=START)
    )
    return tag.id


async def test_a_contact_replies(client: Http, acme: Tenant, add_contact: AddContact) -> None:
    joe = await add_contact(acme, external_id="42", name="Joe Bloggs", email="joe@bloggs.example")
    begun = await begin(client, acme, joe)
    said = {"message_type": "comment", "type": "user", "intercom_user_id": joe, "body": "Thanks again :)"}
    answered = await post(client, acme, f"{begun}/reply", **said)
    assert (answered["type"], answered["id"], answered["state"]) == ("conversation", begun, "open")
    part = last_part(answered)
    assert (part["part_type"], part["body"]) == ("comment", "<p>Thanks again :)</p>")
    assert part["author"] == {"type": "user", "id": joe, "name": "Joe Bloggs", "email": "joe@bloggs.example"}
    answered = await post(client, acme, "last/reply", **said)
    assert answered["id"] == begun


async def test_a_teammate_notes_in_html(
    client: Http, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_admin(server, acme)
    begun = await begin(client, acme, await add_contact(acme))
    html = (
        "<html> <body>  <h2>A List</h2>  <ul>   <li>Coffee</li> </ul><script>alert(1)</script> </body></html>"
    )
    noted = await post(
        client, acme, f"{begun}/reply", message_type="note", type="admin", admin_id=ada, body=html
    )
    part = last_part(noted)
    assert (part["part_type"], part["body"]) == ("note", "<h2>A List</h2>\n<ul>\n<li>Coffee</li>\n</ul>")
    assert part["author"] == {"type": "admin", "id": str(ada), "name": "Ada", "email": "ada@acme.example"}


async def test_R70_close_open_snooze_assign(
    client: Http, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_admin(server, acme)
    begun = await begin(client, acme, await add_contact(acme))
    path = f"{begun}/parts"
    closed = await post(
        client, acme, path, message_type="close", type="admin", admin_id=ada, body="Goodbye :)"
    )
    assert (closed["open"], closed["state"]) == (False, "closed")
    assert (last_part(closed)["part_type"], last_part(closed)["body"]) == ("close", "<p>Goodbye :)</p>")
    given = await post(
        client, acme, path, message_type="assignment", type="admin", admin_id=ada, assignee_id=ada
    )
    assert (given["state"], given["admin_assignee_id"]) == ("open", ada)
    assert last_part(given)["part_type"] == "assign_and_reopen"
    assert last_part(given)["assigned_to"] == {"type": "admin", "id": str(ada)}
    until = int(START) + 3600
    snoozed = await post(client, acme, path, message_type="snoozed", admin_id=ada, snoozed_until=until)
    assert (snoozed["open"], snoozed["state"], snoozed["snoozed_until"]) == (True, "snoozed", until)
    opened = await post(client, acme, path, message_type="open", admin_id=ada)
    assert (opened["state"], opened["snoozed_until"], opened["read"]) == ("open", None, True)


async def test_contacts_are_brought_in_and_let_go(
    client: Http, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_admin(server, acme)
    joe, eve = await add_contact(acme), await add_contact(acme)
    begun = await begin(client, acme, joe)
    answered = await post(
        client, acme, f"{begun}/customers", admin_id=ada, customer={"intercom_user_id": eve}
    )
    assert answered["customers"] == [{"type": "user", "id": joe}, {"type": "user", "id": eve}]
    path = f"/conversations/{begun}/customers/"
    response = await client.request("DELETE", path + eve, headers=acme.headers, json={"admin_id": ada})
    assert response.json()["customers"] == [{"type": "user", "id": joe}]
    response = await client.request("DELETE", path + joe, headers=acme.headers, json={"admin_id": ada})
    assert_error_list(response, 422, "parameter_invalid", "Removing the last customer is not allowed")
    response = await client.request("DELETE", path + eve, headers=acme.headers, json={"admin_id": ada})
    assert_error_list(response, 404, "not_found", "User Not Found")
    response = await client.request("DELETE", path + joe, headers=acme.headers, json={})
    assert_error_list(response, 400, "parameter_not_found", "admin_id")


async def test_a_tag_is_put_on_and_taken_off(
    client: Http, server: Served, acme: Tenant, add_contact: AddContact
) -> None:
    ada = await add_admin(server, acme)
    begun = await begin(client, acme, await add_contact(acme))
    tag_id = await make_tag(server, acme, "Manual tag")
    tagged = await post(client, acme, f"{begun}/tags", id=str(tag_id), admin_id=str(ada))
    assert tagged == {
        "type": "tag",
        "id": str(tag_id),
        "name": "Manual tag",
        "applied_at": int(START),
        "applied_by": {"type": "admin", "id": str(ada)},
    }
    shown = (await client.get(f"/conversations/{begun}", headers=acme.headers)).json()
    assert shown["tags"] == {"type": "tag.list", "tags": [tagged]}
    path = f"/conversations/{begun}/tags/{tag_id}"
    response = await client.request("DELETE", path, headers=acme.headers, json={"admin_id": ada})
    assert response.json() == tagged
    response = await client.request("DELETE", path, headers=acme.headers, json={"admin_id": ada})
    assert_error_list(response, 404, "tag_not_found", "Tag not found")
    response = await client.post(
        "/conversations/99999/tags", headers=acme.headers, json={"id": tag_id, "admin_id": ada}
    )
    assert_error_list(response, 404, "not_found", "Conversation not found")
    for body in ({"id": tag_id}, {"admin_id": ada}):
        response = await client.post(f"/conversations/{begun}/tags", headers=acme.headers, json=body)
        assert_error_list(response, 400, "parameter_not_found")


async def test_a_part_is_redacted(client: Http, acme: Tenant, add_contact: AddContact) -> None:
    joe = await add_contact(acme)
    begun = await begin(client, acme, joe)
    said = {"message_type": "comment", "type": "user", "intercom_user_id": joe, "body": "4111"}
    part = last_part(await post(client, acme, f"{begun}/reply", **said))
    told = {"type": "conversation_part", "conversation_id": begun, "conversation_part_id": part["id"]}
    redacted = last_part(await post(client, acme, "redact", **told))
    assert (redacted["redacted"], redacted["body"]) == (True, "<p><i>This message was deleted</i></p>")
    told = {"type": "source", "conversation_id": begun, "source_id": begun}
    assert (await post(client, acme, "redact", **told))["source"]["redacted"] is True
    nowhere = {
        "type": "conversation_part",
        "conversation_id": "really_123",
        "conversation_part_id": "really_123",
    }
    response = await client.post("/conversations/redact", headers=acme.headers, json=nowhere)
    assert_error_list(
        response, 404, "conversation_part_or_message_not_found", "Conversation part or message not found"
    )


ADMIN = {"type": "admin", "admin_id": "1"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reply", ADMIN | {"message_type": "comment", "body": "x"}),
        ("parts", ADMIN | {"message_type": "close"}),
        ("parts", ADMIN | {"message_type": "assignment", "assignee_id": 1}),
        ("customers", {"customer": {"email": "x@y.example"}}),
    ],
)
async def test_R83_nothing_is_done_in_another_workspaces_conversation(
    client: Http,
    server: Served,
    acme: Tenant,
    globex: Tenant,
    add_contact: AddContact,
    *,
    path: str,
    body: dict[str, Any],
) -> None:
    await add_admin(server, globex, "eve@globex.example")
    begun = await begin(client, acme, await add_contact(acme))
    for given in (begun, "99999", "x", "9" * 40):
        response = await client.post(f"/conversations/{given}/{path}", headers=globex.headers, json=body)
        assert_error_list(response, 404, "not_found", "Resource Not Found")
    shown = (await client.get(f"/conversations/{begun}", headers=acme.headers)).json()
    assert (shown["state"], shown["conversation_parts"]["total_count"]) == ("open", 0)


@pytest.mark.parametrize("path", ["reply", "parts"])
async def test_R83_another_workspaces_teammate_is_unknown(
    client: Http, server: Served, acme: Tenant, globex: Tenant, add_contact: AddContact, *, path: str
) -> None:
    stranger = await add_admin(server, globex, "eve@globex.example")
    begun = await begin(client, acme, await add_contact(acme))
    kind = {"reply": "comment", "parts": "close"}[path]
    for admin_id in (stranger, "999", "x", {"a": 1}):
        body = {"message_type": kind, "type": "admin", "admin_id": admin_id, "body": "x"}
        response = await client.post(f"/conversations/{begun}/{path}", headers=acme.headers, json=body)
        assert_error_list(response, 404, "admin_not_found", "Admin for admin_id not found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/conversations/1/reply"),
        ("POST", "/conversations/1/parts"),
        ("POST", "/conversations/1/customers"),
        ("DELETE", f"/conversations/1/customers/{'f' * 24}"),
        ("POST", "/conversations/1/tags"),
        ("DELETE", "/conversations/1/tags/1"),
        ("POST", "/conversations/redact"),
    ],
)
async def test_nothing_without_a_token(client: Http, method: str, path: str) -> None:
    response = await client.request(method, path, json={})
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")


@pytest.mark.parametrize("path", ["1/reply", "1/parts", "1/customers", "1/tags", "redact"])
@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"type": [[]]}', '{"message_type": {}}'])
async def test_what_is_no_order_is_refused(client: Http, acme: Tenant, path: str, body: str) -> None:
    response = await client.post(f"/conversations/{path}", headers=acme.headers, content=body)
    assert response.status_code == 400, response.text
