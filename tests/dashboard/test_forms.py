"""Forms, and where they may come from."""

import pytest
from starlette.requests import Request

from app.dashboard.forms import LARGEST_FORM, check_form, is_own_origin, own_origin, read_form
from app.errors import BodyTooLarge, Forbidden, ParameterInvalid, UnsupportedBody

FORM = "application/x-www-form-urlencoded"
TOKEN = "a-token"


def request(body: bytes = b"", *, content_type: str = FORM, scheme: str = "http", **headers: str) -> Request:
    pairs = {"host": "porch.example", "content-type": content_type, **headers}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/login",
        "query_string": b"",
        "scheme": scheme,
        "server": ("porch.example", 80),
        "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)


async def test_fields_are_read_and_the_last_of_a_name_wins() -> None:
    form = await read_form(request(b"email=a%40b.example&email=c%40d.example&empty=&name=M%C3%A1rcia+L"))
    assert form == {"email": "c@d.example", "empty": "", "name": "Márcia L"}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data", "x"])
async def test_anything_but_a_form_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedBody):
        await read_form(request(b"{}", content_type=content_type))


async def test_nothing_at_all_is_an_empty_form() -> None:
    bare = request()
    bare.scope["headers"] = [pair for pair in bare.scope["headers"] if pair[0] != b"content-type"]
    assert await read_form(bare) == {}


async def test_form_of_64_kib_is_read_and_one_byte_more_is_not() -> None:
    assert await read_form(request(b"a=" + b"x" * (LARGEST_FORM - 2)))
    with pytest.raises(BodyTooLarge):
        await read_form(request(b"a=" + b"x" * (LARGEST_FORM - 1)))


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=%00", b"&".join(b"a=1" for _ in range(501))])
async def test_broken_forms_are_refused(body: bytes) -> None:
    with pytest.raises(ParameterInvalid):
        await read_form(request(body))


@pytest.mark.parametrize("origin", ["http://porch.example", "HTTP://PORCH.EXAMPLE"])
def test_form_from_our_own_page_with_its_token_is_taken(origin: str) -> None:
    check_form(request(origin=origin), {"csrf_token": TOKEN}, TOKEN)


def test_form_without_an_origin_needs_the_token_alone() -> None:
    check_form(request(), {"csrf_token": TOKEN}, TOKEN)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://porch.example",
        "http://porch.example:8000",
        "http://evil.example",
        "http://porch.example.evil.example",
        "http://porch.example/",
    ],
)
def test_form_from_elsewhere_is_refused_whatever_token_it_brings(origin: str) -> None:
    with pytest.raises(Forbidden, match="another site"):
        check_form(request(origin=origin), {"csrf_token": TOKEN}, TOKEN)


@pytest.mark.parametrize(("given", "wanted"), [("", TOKEN), ("other", TOKEN), ("ÿ", TOKEN), ("", "")])
def test_form_without_the_right_token_is_refused(given: str, wanted: str) -> None:
    with pytest.raises(Forbidden, match="load the page again"):
        check_form(request(), {"csrf_token": given}, wanted)
    with pytest.raises(Forbidden):
        check_form(request(), {}, wanted)


def test_own_origin_follows_scheme_and_host() -> None:
    assert own_origin(request()) == "http://porch.example"
    assert own_origin(request(scheme="https", host="Porch.Example:8443")) == "https://porch.example:8443"
    assert is_own_origin(request(scheme="https"), "https://porch.example")
