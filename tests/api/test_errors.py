"""Every error leaves in one shape, and a fault of ours tells nothing."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.api.errors import error_handlers
from app.errors import Conflict, NotFound, RateLimited, TicketExpired, Unauthorized
from support.claims import assert_error_list

FAULTS = {
    "conflict": Conflict("A contact matching those details already exists with id=abc"),
    "fault": ZeroDivisionError("ada@example.com"),
    "limited": RateLimited("Too many", 7),
    "not_found": NotFound("User Not Found"),
    "ticket": TicketExpired(),
    "unauthorized": Unauthorized(),
}


async def _fail(request: Request) -> Response:
    raise FAULTS[request.path_params["kind"]]


@pytest.fixture
def client() -> TestClient:
    both = [Route("/both/{kind}", _fail, methods=[method]) for method in ("GET", "POST", "DELETE")]
    routes = [Route("/fail/{kind}", _fail), *both]
    app = Starlette(routes=routes, exception_handlers=error_handlers)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("kind", "status", "code", "message"),
    [
        ("not_found", 404, "not_found", "User Not Found"),
        ("unauthorized", 401, "unauthorized", "Access Token Invalid"),
        ("limited", 429, "rate_limit_exceeded", "Too many"),
    ],
)
def test_a_named_error_keeps_its_status_code_and_message(
    client: TestClient, kind: str, status: int, code: str, message: str
) -> None:
    response = client.get(f"/fail/{kind}")
    assert_error_list(response, status, code, message)
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_a_429_says_when_to_come_again(client: TestClient) -> None:
    assert client.get("/fail/limited").headers["retry-after"] == "7"


def test_a_401_for_a_token_names_the_scheme_and_one_for_a_ticket_does_not(client: TestClient) -> None:
    assert client.get("/fail/unauthorized").headers["www-authenticate"] == "Bearer"
    assert "www-authenticate" not in client.get("/fail/ticket").headers


def test_an_error_raised_by_a_handler_is_translated(client: TestClient) -> None:
    assert_error_list(client.get("/fail/conflict"), 409, "conflict", "already exists with id=abc")


def test_an_unknown_route_is_an_error_list(client: TestClient) -> None:
    assert_error_list(client.get("/nowhere"), 404, "not_found", "Resource Not Found")


def test_a_wrong_method_is_an_error_list_that_names_the_right_ones(client: TestClient) -> None:
    response = client.post("/fail/conflict")
    assert_error_list(response, 405, "method_not_allowed", "Method Not Allowed")
    assert response.headers["allow"] == "GET, HEAD"


def test_a_wrong_method_is_told_of_all_the_routes_of_its_path(client: TestClient) -> None:
    assert client.put("/both/here").headers["allow"] == "DELETE, GET, HEAD, POST"


def test_a_fault_of_ours_says_nothing_of_what_happened(client: TestClient) -> None:
    response = client.get("/fail/fault")
    assert_error_list(response, 500, "server_error", "Something went wrong here")
    assert "ada@example.com" not in response.text


def test_every_error_has_a_request_id_of_its_own(client: TestClient) -> None:
    ids = {client.get("/nowhere").json()["request_id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize("kind", ["conflict", "fault"])
def test_a_request_that_has_an_id_keeps_it(client: TestClient, kind: str) -> None:
    response = client.get(f"/fail/{kind}", headers={"X-Request-Id": "7f3c:a/b+c_d.e-9="})
    assert response.headers["x-request-id"] == response.json()["request_id"] == "7f3c:a/b+c_d.e-9="


@pytest.mark.parametrize("given", ["", "a b", "<script>", "x" * 129, "a;b"])
def test_an_id_that_could_be_misread_is_replaced(client: TestClient, given: str) -> None:
    response = client.get("/nowhere", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == response.json()["request_id"] != given
