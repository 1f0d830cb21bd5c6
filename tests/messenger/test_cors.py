"""Other origins: what is asked of a request, apart from the routes (whose tests have the rest)."""

import pytest
from starlette.requests import Request

from app.errors import OriginNotAllowed
from app.ids import AppId
from app.messenger.cors import host_of, origin_of, own_origin_of, require_origin
from app.workspaces.records import Workspace

SHOP = Workspace(AppId("uabc1234"), "Shop", "us", "UTC", False, (), ("https://shop.example",), 1.0)


def request(*headers: tuple[str, str], scheme: str = "https") -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return Request({"type": "http", "scheme": scheme, "headers": raw, "server": ("10.0.0.1", 8000)})


def test_a_server_or_an_app_has_no_origin() -> None:
    assert origin_of(request()) is None
    assert origin_of(request(("origin", "https://shop.example"))) == "https://shop.example"


def test_two_origins_are_none() -> None:
    with pytest.raises(OriginNotAllowed):
        origin_of(request(("origin", "https://shop.example"), ("origin", "https://shop.example")))


def test_the_servers_own_origin_is_where_it_was_asked() -> None:
    assert own_origin_of(request(("host", "chat.example.com"))) == "https://chat.example.com"
    assert (
        own_origin_of(request(("host", "chat.example.com:81"), scheme="http")) == "http://chat.example.com:81"
    )
    assert host_of(request()) == "10.0.0.1:8000"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("https://shop.example", True),
        ("HTTPS://Shop.Example", True),
        ("https://chat.example.com", True),
        ("http://chat.example.com", False),
        ("http://shop.example", False),
        ("https://shop.example:444", False),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_listed_sites_and_the_servers_own_pages_may_speak(origin: str | None, allowed: bool) -> None:
    headers = [("host", "chat.example.com"), *([("origin", origin)] if origin is not None else [])]
    if allowed:
        require_origin(request(*headers), SHOP)
    else:
        with pytest.raises(OriginNotAllowed):
            require_origin(request(*headers), SHOP)
