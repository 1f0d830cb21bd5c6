import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ParameterInvalid
from app.workspaces.origins import MOST_ORIGINS, is_allowed, normalise, normalise_all

OWN = "https://chat.example.com"
ALLOWED = ("https://shop.example", "http://localhost:3000")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),  # a server or a mobile app
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
        ("https://SHOP.example", False),
        ("https://shop.example/", False),
        ("null", False),
        ("", False),
    ],
)
def test_an_origin_is_allowed_by_exact_match(origin: str | None, allowed: bool) -> None:
    assert is_allowed(origin, ALLOWED, OWN) is allowed


def test_an_empty_list_allows_our_own_origin_and_no_other() -> None:
    assert is_allowed(OWN, (), OWN)
    assert is_allowed(None, (), OWN)
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
    assert normalise(typed) == origin


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("shop.example", "must look like"),
        ("localhost:3000", "must look like"),
        ("ftp://shop.example", "must look like"),
        ("javascript://shop.example", "must look like"),
        ("https://", "must look like"),
        ("https://:80", "must look like"),
        ("https://shop.example:", "must look like"),
        ("https://shop.example:0", "must look like"),
        ("https://shop.example:99999", "must look like"),
        ("https://shop.example:abc", "must look like"),
        ("https://shop..example", "must look like"),
        ("https://shop example", "must look like"),
        ("https://[::1", "must look like"),
        ("https://[::g]", "must look like"),
        ("null", "must look like"),
        ("https://*.shop.example", "wildcard"),
        ("*", "wildcard"),
        ("https://shop.example/path", "path"),
        ("https://shop.example?", "path"),
        ("https://shop.example#top", "path"),
        ("https://me@shop.example", "user name"),
    ],
)
def test_what_is_no_origin_is_refused_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(ParameterInvalid, match=reason):
        normalise(typed)


@given(st.text())
def test_whatever_is_typed_is_either_refused_or_stays_as_it_is_from_then_on(typed: str) -> None:
    try:
        origin = normalise(typed)
    except ParameterInvalid:
        return
    assert normalise(origin) == origin
    assert origin.isascii()


def test_doubles_and_blanks_are_left_out() -> None:
    assert normalise_all(["https://b.example", "", "https://a.example", "https://B.example/"]) == (
        "https://b.example",
        "https://a.example",
    )


def test_a_hundred_origins_are_taken_and_no_more() -> None:
    origins = [f"https://s{n}.example" for n in range(MOST_ORIGINS + 1)]
    assert len(normalise_all(origins[:MOST_ORIGINS])) == MOST_ORIGINS
    with pytest.raises(ParameterInvalid, match="at most 100"):
        normalise_all(origins)
