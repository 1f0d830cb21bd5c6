"""What is said when something is wrong."""

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response

from app.dashboard.refusals import error_page, with_pages
from support.claims import assert_error_list
from support.desk import JSON, Browse, Team, text_of


async def test_unknown_address_is_a_page_for_people(admin: httpx2.AsyncClient) -> None:
    answer = await admin.get("/no/such/page")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Nothing here" in text_of(answer.text)


async def test_unknown_address_is_an_error_list_for_programs(admin: httpx2.AsyncClient) -> None:
    for headers in (JSON, {"accept": "*/*"}):
        assert_error_list(await admin.get("/no/such/page", headers=headers), 404, "not_found")


async def test_error_of_a_page_is_an_error_list_for_programs(admin: httpx2.AsyncClient, acme: Team) -> None:
    answer = await admin.get(acme.url("/users/new?since=never"), headers=JSON | {"X-Request-Id": "edge-42"})
    assert_error_list(answer, 400, "parameter_invalid", "since is 'never'")
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "edge-42"


async def test_error_of_a_page_is_a_page_for_people(admin: httpx2.AsyncClient, acme: Team) -> None:
    answer = await admin.get(acme.url("/users/new?since=<b>never</b>"))
    assert answer.status_code == 400
    assert "since is '<b>never</b>'" in text_of(answer.text)
    assert "<b>never" not in answer.text


async def test_wrong_method_is_told(browse: Browse) -> None:
    answer = await browse().get("/logout")
    assert answer.status_code == 405
    assert "Not like that" in text_of(answer.text)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 418, 429, 500, 503, 507])
def test_every_error_page_has_a_heading_and_a_way_on(status: int) -> None:
    response = error_page(status, "What was wrong.")
    html = bytes(response.body).decode()
    assert response.status_code == status
    assert "<h1>" in html
    assert 'href="/"' in html


async def test_page_of_a_fault_tells_nothing_of_it_and_the_fault_is_still_handled() -> None:
    seen: list[Exception] = []

    async def on_fault(_request: Request, error: Exception) -> Response:
        seen.append(error)
        return Response("{}", 500, {"x-request-id": "abc"})

    fault = RuntimeError("secret detail")
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", b"text/html")]}
    answer = await with_pages({Exception: on_fault})[Exception](Request(scope), fault)  # type: ignore[misc]
    assert seen == [fault]
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "abc")
    assert b"secret" not in bytes(answer.body)
    assert b"Something broke" in bytes(answer.body)
