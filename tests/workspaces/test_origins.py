import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ParameterInvalid
from app.workspaces.origins import is_allowed, read_origin

OWN = "https://chat.example.com"
ALLOWED = ("https://shop.example", "http://localhost:3000")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (OWN, True),
        ("https://shop.example", True),
        ("http://localhost:3000", True),
        ("http://localhost:3001", False),
        ("http://localhost", False),
        ("http://shop.example", False),
        ("https://www.shop.example", False),
        ("https://shop.example.evil.example", False),
        ("https://evilshop.example", False),
        ("https://shop.example:443", False),
        ("https://shop.example/", False),
        ("null", False),
        ("", False),
    ],
)
def test_an_origin_is_allowed_by_exact_match(origin: str, allowed: bool) -> None:
    assert is_allowed(origin, ALLOWED, OWN) is allowed


def test_an_empty_list_allows_our_own_origin_and_no_other() -> None:
    assert is_allowed(OWN, (), OWN)
    assert not is_allowed("https://shop.example", (), OWN)


def test_null_is_never_allowed_not_even_by_name() -> None:
    assert not is_allowed("null", ("null",), "null")


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("  https://shop.example/ ", "https://shop.example"),
        ("HTTPS://Shop.Example", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://shop.example:443", "http://shop.example:443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://my_shop.example", "https://my_shop.example"),
    ],
)
def test_what_is_typed_is_written_as_browsers_write_it(typed: str, origin: str) -> None:
    assert read_origin(typed) == origin


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("shop.example", "write it as a browser does"),
        ("localhost:3000", "write it as a browser does"),
        ("ftp://shop.example", "write it as a browser does"),
        ("javascript://shop.example", "write it as a browser does"),
        ("https://", "write it as a browser does"),
        ("https://:80", "write it as a browser does"),
        ("https://shop.example:0", "write it as a browser does"),
        ("https://shop.example:99999", "write it as a browser does"),
        ("https://shop.example:abc", "write it as a browser does"),
        ("https://shop..example", "write it as a browser does"),
        ("https://shop example", "write it as a browser does"),
        ("https://[::1", "write it as a browser does"),
        ("https://[::g]", "write it as a browser does"),
        ("null", "write it as a browser does"),
        ("https://*.shop.example", "wildcard"),
        ("*", "wildcard"),
        ("https://shop.example/path", "path"),
        ("https://shop.example?a=b", "path"),
        ("https://shop.example#top", "path"),
        ("https://me@shop.example", "no user"),
    ],
)
def test_what_is_no_origin_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(ParameterInvalid, match=reason):
        read_origin(typed)


@given(st.text())
def test_whatever_is_typed_is_either_refused_or_stays_as_it_is_from_then_on(typed: str) -> None:
    try:
        origin = read_origin(typed)
    except ParameterInvalid:
        return
    assert read_origin(origin) == origin
    assert origin.isascii()
