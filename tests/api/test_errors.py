"""Every error leaves in one shape, and a fault of ours tells nothing."""

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app.api.errors import answer, error_handlers
from app.errors import Conflict, NotFound, PorchlightError, RateLimited, TicketExpired, Unauthorized
from support.claims import assert_error_list


async def _fail(request: Request) -> Response:
    raise {
        "conflict": Conflict("A contact matching those details already exists with id=abc"),
        "fault": ZeroDivisionError("ada@example.com"),
    }[request.path_params["kind"]]


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[Route("/fail/{kind}", _fail)], exception_handlers=error_handlers)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("User Not Found"), 404, "not_found"),
        (Unauthorized(), 401, "unauthorized"),
        (RateLimited("Too many", 7), 429, "rate_limit_exceeded"),
    ],
)
def test_a_named_error_keeps_its_status_code_and_message(
    error: PorchlightError, status: int, code: str
) -> None:
    response = answer(error)
    assert response.status_code == status
    body = msgspec.json.decode(response.body)
    assert body["errors"] == [{"code": code, "message": error.message}]
    assert body["request_id"] == response.headers["x-request-id"]


def test_a_429_says_when_to_come_again() -> None:
    assert answer(RateLimited("Too many", 7)).headers["retry-after"] == "7"


def test_a_401_for_a_token_names_the_scheme_and_one_for_a_ticket_does_not() -> None:
    assert answer(Unauthorized()).headers["www-authenticate"] == "Bearer"
    assert "www-authenticate" not in answer(TicketExpired()).headers


def test_an_error_raised_by_a_handler_is_translated(client: TestClient) -> None:
    assert_error_list(client.get("/fail/conflict"), 409, "conflict", "already exists with id=abc")


def test_an_unknown_route_is_an_error_list(client: TestClient) -> None:
    assert_error_list(client.get("/nowhere"), 404, "not_found", "Resource Not Found")


def test_a_wrong_method_is_an_error_list_that_names_the_right_ones(client: TestClient) -> None:
    response = client.post("/fail/conflict")
    assert_error_list(response, 405, "method_not_allowed", "Method Not Allowed")
    assert "GET" in response.headers["allow"]


def test_a_fault_of_ours_says_nothing_of_what_happened(client: TestClient) -> None:
    response = client.get("/fail/fault")
    assert_error_list(response, 500, "server_error", "Something went wrong here")
    assert "ada@example.com" not in response.text


def test_every_error_has_a_request_id_of_its_own(client: TestClient) -> None:
    ids = {client.get("/nowhere").json()["request_id"] for _ in range(3)}
    assert len(ids) == 3
