"""``GET /widget/<app_id>``: the script, its caching, and what is said where there is none."""

import gzip

import httpx2
import pytest

from app.messenger.script import joined_script
from app.messenger.snippet import CACHE_CONTROL, accepts_gzip
from app.workspaces.operations import create_workspace
from support.messaging import Customer
from support.serving import START

SCRIPT = joined_script().encode()
PLAIN = {"Accept-Encoding": "identity"}


async def get(shop: Customer, app_id: str | None = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await shop.http.get(f"/widget/{app_id or shop.app_id}", headers=PLAIN | named)


async def test_the_script_is_served_to_any_site(shop: Customer) -> None:
    answer = await get(shop)
    assert (answer.status_code, answer.content) == (200, SCRIPT)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == CACHE_CONTROL
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(SCRIPT)
    assert "content-encoding" not in answer.headers


async def test_it_is_compressed_for_whoever_takes_that(shop: Customer) -> None:
    async with shop.http.stream(
        "GET", f"/widget/{shop.app_id}", headers={"Accept-Encoding": "gzip, br"}
    ) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == SCRIPT
    assert int(answer.headers["content-length"]) == len(raw) < 10 * 1024


async def test_each_encoding_has_its_own_etag_and_is_not_sent_twice(shop: Customer) -> None:
    plain = (await get(shop)).headers["etag"]
    packed = (await get(shop, Accept_Encoding="gzip")).headers["etag"]
    assert plain != packed
    assert not plain.startswith("W/")
    for encoding, etag in (("identity", plain), ("gzip", packed)):
        for known in (etag, f'"other", W/{etag}', "*"):
            answer = await get(shop, Accept_Encoding=encoding, If_None_Match=known)
            assert (answer.status_code, answer.content) == (304, b"")
            assert (answer.headers["etag"], answer.headers["cache-control"]) == (etag, CACHE_CONTROL)
            assert answer.headers["access-control-allow-origin"] == "*"
    assert (await get(shop, If_None_Match=packed)).status_code == 200


async def test_every_workspace_gets_the_same_bytes(shop: Customer) -> None:
    other = await shop.state.database.write(lambda conn: create_workspace(conn, "Globex", START))
    one, two = await get(shop), await get(shop, other.app_id)
    assert (one.content, one.headers["etag"]) == (two.content, two.headers["etag"])


async def test_a_workspace_made_a_moment_ago_is_known(shop: Customer) -> None:
    assert shop.state.directory.get(shop.app_id) is None
    assert (await get(shop)).status_code == 200
    assert shop.state.directory.get(shop.app_id) == shop.workspace


async def test_head_tells_the_same_without_the_script(shop: Customer) -> None:
    answer = await shop.http.head(f"/widget/{shop.app_id}", headers=PLAIN)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(SCRIPT)


@pytest.mark.parametrize(
    ("app_id", "status", "words"),
    [
        ("uzzzzzzz", 404, "No workspace has this app_id"),
        ("UABC1234", 404, "No workspace has this app_id"),
        ("%2A%20alert(1)", 404, "No workspace has this app_id"),
        ("eabc1234", 421, "eu region, at app.eu.example.com"),
    ],
)
async def test_where_there_is_no_script_a_comment_says_why(
    shop: Customer, app_id: str, status: int, words: str
) -> None:
    answer = await get(shop, app_id)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("/* Porchlight: ")
    assert answer.text.endswith(" */\n")
    assert words in answer.text
    assert "alert" not in answer.text


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("br, gzip ; q=0.1", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("x-gzip", False),
    ],
)
def test_gzip_is_accepted_or_not(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
