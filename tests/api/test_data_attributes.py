"""Data attributes over HTTP, as a script sees them. Rules R40 and R41."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app.storage.tables import audit_log
from support.claims import assert_error_list
from support.rest import Tenant
from support.serving import START, Served

NOT_FOUND = "We couldn't find that data attribute to update"


async def make(client: httpx2.AsyncClient, tenant: Tenant, **body: Any) -> dict[str, Any]:
    wanted = {"name": "The One Ring", "model": "company", "data_type": "string"} | body
    response = await client.post("/data_attributes", headers=tenant.headers, json=wanted)
    assert response.status_code == 200, response.json()
    made: dict[str, Any] = response.json()
    return made


async def listed(client: httpx2.AsyncClient, tenant: Tenant, **query: Any) -> list[dict[str, Any]]:
    response = await client.get("/data_attributes", headers=tenant.headers, params=query)
    assert response.status_code == 200, response.json()
    body = response.json()
    assert body.keys() == {"type", "data"}
    assert body["type"] == "list"
    found: list[dict[str, Any]] = body["data"]
    return found


async def put(client: httpx2.AsyncClient, tenant: Tenant, of: object, **body: Any) -> httpx2.Response:
    return await client.put(f"/data_attributes/{of}", headers=tenant.headers, json=body)


async def test_an_attribute_is_made_as_in_the_description(client: httpx2.AsyncClient, acme: Tenant) -> None:
    made = await make(client, acme, name="Mithril Shirt", messenger_writable=False)
    assert made == {
        "id": made["id"],
        "type": "data_attribute",
        "name": "Mithril Shirt",
        "full_name": "custom_attributes.Mithril Shirt",
        "label": "Mithril Shirt",
        "data_type": "string",
        "api_writable": True,
        "ui_writable": False,
        "messenger_writable": False,
        "custom": True,
        "archived": False,
        "created_at": int(START),
        "updated_at": int(START),
        "model": "company",
    }
    assert isinstance(made["id"], int)
    assert made in await listed(client, acme, model="company")


async def test_those_that_all_have_are_listed_too(client: httpx2.AsyncClient, acme: Tenant) -> None:
    of_companies = await listed(client, acme, model="company")
    assert of_companies[0] == {
        "type": "data_attribute",
        "name": "name",
        "full_name": "name",
        "label": "Company name",
        "description": "The name of a company",
        "data_type": "string",
        "api_writable": True,
        "ui_writable": False,
        "messenger_writable": True,
        "custom": False,
        "archived": False,
        "model": "company",
    }
    assert [one["full_name"] for one in of_companies if one["name"] in ("name", "id")] == [
        "name",
        "plan.name",
        "id",
        "plan.id",
    ]
    of_contacts = await listed(client, acme, model="contact")
    defaults = {one["name"]: one["custom"] for one in of_contacts if "id" in one}
    assert defaults == dict.fromkeys(
        ("company_name", "company_size", "company_website", "company_industry"), False
    )
    assert await listed(client, acme) == of_contacts + of_companies
    assert await listed(client, acme, model="conversation") == []


async def test_archived_ones_are_listed_when_asked_for(client: httpx2.AsyncClient, acme: Tenant) -> None:
    made = await make(client, acme)
    archived = await put(client, acme, made["id"], archived=True)
    assert archived.json() == made | {"archived": True}
    names = {one["name"] for one in await listed(client, acme)}
    assert "The One Ring" not in names
    for word in ("true", "TRUE"):
        names = {one["name"] for one in await listed(client, acme, include_archived=word)}
        assert "The One Ring" in names
    assert (await put(client, acme, made["id"], archived=False)).json()["archived"] is False


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {"name": "The One Ring", "model": "contact", "data_type": "integer"},
            "parameter_invalid",
            "You already have 'The One Ring' in your company data. "
            "To save this as new people data, use a different name.",
        ),
        (
            {"name": "The One Ring", "model": "company", "data_type": "string"},
            "parameter_invalid",
            "You already have 'The One Ring' in your company data. "
            "To save this as new company data, use a different name.",
        ),
        (
            {"name": "!nv@l!d n@me", "model": "company", "data_type": "string"},
            "parameter_invalid",
            "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens",
        ),
        (
            {"name": "The Second Ring", "model": "company", "data_type": "mithril"},
            "parameter_invalid",
            "Data Type isn't an option: data_type is 'mithril', and has to be one of string, ",
        ),
        (
            {"name": "The Second Ring", "model": "company"},
            "parameter_invalid",
            "Data Type isn't an option: data_type is missing",
        ),
        (
            {"name": "x", "model": "company", "data_type": ["string"]},
            "parameter_invalid",
            "Data Type isn't an option",
        ),
        (
            {"description": "Just a plain old ring", "options": [{"value": "1-10"}], "archived": False},
            "parameter_invalid",
            "The Data Attribute model field must be either contact or company",
        ),
        (
            {"name": "x", "model": "conversation", "data_type": "string"},
            "parameter_invalid",
            "The Data Attribute model field must be either contact or company",
        ),
        ({"model": "company", "data_type": "string"}, "parameter_not_found", "needs a name"),
        ({"name": 5, "model": "company", "data_type": "string"}, "parameter_invalid", "name must be text"),
        (
            {"name": "x", "model": "company", "data_type": "options", "options": [{"value": "1"}]},
            "parameter_invalid",
            "2 to 250",
        ),
        ({"name": "x", "model": "company", "data_type": "options"}, "parameter_invalid", "2 to 250"),
        (
            {"name": "x", "model": "company", "data_type": "options", "options": {"value": "1"}},
            "parameter_invalid",
            "Options isn't an array",
        ),
        (
            {"name": "x", "model": "company", "data_type": "options", "options": [{"value": 1}, {}]},
            "parameter_invalid",
            "Each of options",
        ),
        (
            {"name": "x", "model": "company", "data_type": "string", "messenger_writable": "maybe"},
            "parameter_invalid",
            "messenger_writable must be true or false",
        ),
        (
            {"name": "renews_at", "model": "contact", "data_type": "string"},
            "parameter_invalid",
            "must be date",
        ),
    ],
)
async def test_what_can_not_be_made_is_refused_as_in_the_description(
    client: httpx2.AsyncClient, acme: Tenant, body: dict[str, Any], code: str, message: str
) -> None:
    await make(client, acme)
    before = await listed(client, acme)
    response = await client.post("/data_attributes", headers=acme.headers, json=body)
    assert_error_list(response, 400, code, message)
    assert await listed(client, acme) == before


@pytest.mark.parametrize(
    ("data_type", "shown"),
    [("datetime", "date"), ("date", "date"), ("float", "float"), ("boolean", "boolean")],
)
async def test_types_are_made(client: httpx2.AsyncClient, acme: Tenant, data_type: str, shown: str) -> None:
    assert (await make(client, acme, data_type=data_type))["data_type"] == shown


async def test_a_list_is_a_text_with_options(client: httpx2.AsyncClient, acme: Tenant) -> None:
    options = [{"value": "1-10"}, {"value": "11-50"}]
    made = await make(client, acme, data_type="options", options=options)
    assert (made["data_type"], made["options"]) == ("string", ["1-10", "11-50"])


async def test_an_attribute_is_changed_as_in_the_description(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    made = await make(client, acme)
    body = {
        "description": "Just a plain old ring",
        "options": [{"value": "1-10"}, {"value": "11-20"}],
        "archived": False,
    }
    changed = await put(client, acme, made["id"], **body)
    assert changed.status_code == 200
    assert changed.json() == made | {
        "description": "Just a plain old ring",
        "options": ["1-10", "11-20"],
    }
    # What was answered can be sent back.
    assert (await put(client, acme, made["id"], **changed.json())).json() == changed.json()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"options": {"value": "1-10"}}, "Options isn't an array: options must be a list"),
        ({"options": [{"value": "1-10"}]}, "2 to 250"),
        ({"archived": "perhaps"}, "archived must be true or false"),
        ({"description": 5}, "description must be text"),
    ],
)
async def test_a_change_that_does_not_fit_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, body: dict[str, Any], message: str
) -> None:
    made = await make(client, acme)
    assert_error_list(await put(client, acme, made["id"], **body), 400, "parameter_invalid", message)
    assert made in await listed(client, acme)


@pytest.mark.parametrize("of", ["999", "0", "9" * 10, "9" * 40, "abc", "-1", "1.5", "٣"])
async def test_an_id_of_nothing_is_not_found(client: httpx2.AsyncClient, acme: Tenant, of: str) -> None:
    assert_error_list(await put(client, acme, of, archived=True), 404, "field_not_found", NOT_FOUND)


async def test_R83_an_attribute_of_another_workspace_is_not_found(
    client: httpx2.AsyncClient, acme: Tenant, globex: Tenant
) -> None:
    theirs = await make(client, globex)
    assert_error_list(await put(client, acme, theirs["id"], archived=True), 404, "field_not_found", NOT_FOUND)
    assert theirs in await listed(client, globex)
    assert theirs["id"] not in {one.get("id") for one in await listed(client, acme)}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/data_attributes"), ("POST", "/data_attributes"), ("PUT", "/data_attributes/1")],
)
async def test_without_a_token_nothing_is_told(client: httpx2.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path, json={})
    assert_error_list(response, 401, "unauthorized", "Access Token Invalid")


@pytest.mark.parametrize("query", [{"model": "person"}, {"include_archived": "perhaps"}])
async def test_a_question_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, acme: Tenant, query: dict[str, str]
) -> None:
    response = await client.get("/data_attributes", headers=acme.headers, params=query)
    assert_error_list(response, 400, "parameter_invalid")


async def test_R82_changes_are_on_the_audit_log(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    made = await make(client, acme)
    await put(client, acme, made["id"], archived=True)
    statement = select(audit_log.c.action, audit_log.c.subject_id, audit_log.c.actor_type)
    rows = await server.state.database.read(lambda conn: [tuple(row) for row in conn.execute(statement)])
    subject = str(made["id"])
    assert rows == [
        ("data_attribute.created", subject, "token"),
        ("data_attribute.updated", subject, "token"),
    ]


# What contacts bear of them


async def test_R40_a_contact_is_written_what_exists_and_fits(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    await make(client, acme, name="seats", model="contact", data_type="integer")
    body = {"external_id": "1", "custom_attributes": {"seats": "3"}}
    made = (await client.post("/contacts", headers=acme.headers, json=body)).json()
    assert made["custom_attributes"] == {"seats": 3}
    url = f"/contacts/{made['id']}"
    for given, message in [
        ({"seats": 4, "nothing": 1}, "Custom attribute 'nothing' does not exist"),
        ({"seats": "many"}, "custom_attributes.seats must be a whole number"),
        ({"seats": [4]}, "custom_attributes.seats must be a whole number"),
        ({"seats": 1 << 62, "The One Ring": None}, "Custom attribute 'The One Ring' does not exist"),
    ]:
        response = await client.put(url, headers=acme.headers, json={"custom_attributes": given})
        assert_error_list(response, 400, "parameter_invalid", message)
    read = await client.get(url, headers=acme.headers)
    assert read.json()["custom_attributes"] == {"seats": 3}


async def test_a_contact_can_be_sent_back_after_its_attributes_changed(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    made = await make(client, acme, name="plan", model="contact")
    body = {"external_id": "1", "custom_attributes": {"plan": "pro"}}
    contact = (await client.post("/contacts", headers=acme.headers, json=body)).json()
    await put(client, acme, made["id"], options=[{"value": "a"}, {"value": "b"}], archived=True)
    again = await client.put(f"/contacts/{contact['id']}", headers=acme.headers, json=contact)
    assert again.json() == contact
