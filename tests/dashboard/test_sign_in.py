"""The way in and out. Rule R81."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from argon2 import PasswordHasher

from app.auth.admins import remove_member, set_password
from app.auth.passwords import Passwords
from app.auth.sessions import SIGN_IN_LINK_SECONDS, find_session, make_sign_in_link
from app.dashboard import doorkeeper as doorkeepers
from app.dashboard.access import COOKIE
from app.dashboard.doorkeeper import TRIES_OF_ONE
from app.dashboard.sign_in import _way_back
from support.desk import Browse, Team, csrf_in, text_of
from support.serving import START, Served

PASSWORD = "correct horse battery"
EMAIL = "admin@acme.example"


@pytest_asyncio.fixture
async def quick_passwords(server: Served, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Passwords]:
    """Hashes that take no time: how long they take is not what is tested here."""
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(doorkeepers, "Passwords", lambda: quick)
    yield quick


@pytest_asyncio.fixture
async def account(server: Served, acme: Team, quick_passwords: Passwords) -> str:
    hashed = quick_passwords.hash(PASSWORD)
    await server.state.database.write(lambda conn: set_password(conn, acme.admin_id, hashed))
    return EMAIL


async def sign_in(
    client: httpx2.AsyncClient, email: str = EMAIL, password: str = PASSWORD, **fields: str
) -> httpx2.Response:
    form = {"csrf_token": csrf_in((await client.get("/login")).text), "email": email, "password": password}
    return await client.post("/login", data=form | fields)


def cookie_of(response: httpx2.Response) -> str:
    [cookie] = [c for c in response.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}=")]
    return cookie


async def test_right_password_leads_to_the_list(browse: Browse, account: str, acme: Team) -> None:
    client = browse()
    answer = await sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    home = await client.get("/")
    assert home.headers["location"] == acme.url("/users")
    assert (await client.get(acme.url("/users"))).status_code == 200


async def test_session_cookie_is_for_servers_of_this_site_only(browse: Browse, account: str) -> None:
    cookie = cookie_of(await sign_in(browse())).lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie  # plain http


async def test_session_cookie_is_secure_behind_tls(server: Served, account: str) -> None:
    """A proxy that ends TLS in front says so in a forwarded header, which the server trusts from its own machine."""
    forwarded = {"x-forwarded-proto": "https", "accept": "text/html"}
    async with httpx2.AsyncClient(
        base_url=server.url, headers=forwarded, trust_env=False, timeout=60
    ) as client:
        page = await client.get("/login")
        # The client keeps no secure cookies on plain http: they are handed over by hand.
        cookies = {"cookie": page.headers["set-cookie"].partition(";")[0]}
        form = {"csrf_token": csrf_in(page.text), "email": EMAIL, "password": PASSWORD}
        origin = {"origin": server.url.replace("http:", "https:")}
        answer = await client.post("/login", data=form, headers=cookies | origin)
    assert "secure" in cookie_of(answer).lower()
    assert "secure" in page.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong horse"),
        (EMAIL, ""),
        (EMAIL, "x" * 10_000),
        ("nobody@acme.example", PASSWORD),
        ("mate@acme.example", PASSWORD),  # has no password yet
        ("", ""),
        ("' OR 1=1 --", PASSWORD),
    ],
)
async def test_wrong_email_or_password_gives_one_answer(
    browse: Browse, account: str, email: str, password: str
) -> None:
    client = browse()
    answer = await sign_in(client, email, password)
    assert answer.status_code == 401
    assert "Email and password don't match" in text_of(answer.text)
    assert COOKIE not in client.cookies


async def test_email_is_known_in_whatever_case(browse: Browse, account: str) -> None:
    assert (await sign_in(browse(), "  Admin@ACME.example ")).status_code == 303


async def test_unknown_email_is_checked_like_a_wrong_password(
    browse: Browse, account: str, quick_passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timing is equal because the same work is done: one verification, whoever is named."""
    checked: list[str] = []
    verify = quick_passwords._verify
    monkeypatch.setattr(quick_passwords, "_verify", lambda p, h: checked.append(h) or verify(p, h))
    await sign_in(browse(), EMAIL, "wrong horse")
    await sign_in(browse(), "nobody@acme.example", "wrong horse")
    assert len(checked) == 2


async def test_too_many_failures_are_told_and_even_the_right_password_waits(
    browse: Browse, account: str
) -> None:
    client = browse()
    for _ in range(TRIES_OF_ONE):
        await sign_in(client, password="wrong horse")
    answer = await sign_in(client)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Too many failed attempts: try again in 10 minutes" in text_of(answer.text)


async def test_session_is_a_new_one_at_every_sign_in(
    browse: Browse, account: str, acme: Team, server: Served
) -> None:
    client = browse(acme.admin_token)
    csrf = csrf_in((await browse().get("/login")).text)
    client.cookies.set("porchlight_form", csrf)
    answer = await client.post("/login", data={"csrf_token": csrf, "email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 303
    assert acme.admin_token not in cookie_of(answer)
    old = await server.state.database.read(lambda conn: find_session(conn, acme.admin_token, START))
    assert old is None


async def test_sign_in_form_needs_the_token_of_its_own_cookie(browse: Browse, account: str) -> None:
    client = browse()
    foreign = csrf_in((await browse().get("/login")).text)
    await client.get("/login")
    answer = await client.post("/login", data={"csrf_token": foreign, "email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 403
    bare = await browse().post("/login", data={"email": EMAIL, "password": PASSWORD})
    assert bare.status_code == 403


async def test_sign_in_form_of_another_site_is_refused(browse: Browse, account: str) -> None:
    client = browse()
    csrf = csrf_in((await client.get("/login")).text)
    form = {"csrf_token": csrf, "email": EMAIL, "password": PASSWORD}
    for origin in ("https://evil.example", "null"):
        assert (await client.post("/login", data=form, headers={"origin": origin})).status_code == 403
    assert COOKIE not in client.cookies


async def test_sign_in_leads_back_to_where_one_was_going(browse: Browse, account: str, acme: Team) -> None:
    client = browse()
    wanted = acme.url("/users?tab=leads&q=a%26b")
    refused = await client.get(wanted)
    assert refused.status_code == 303
    page = await client.get(refused.headers["location"])
    answer = await client.post(
        "/login",
        data={
            "csrf_token": csrf_in(page.text),
            "next": wanted,
            "email": EMAIL,
            "password": PASSWORD,
        },
    )
    assert answer.headers["location"] == wanted


SIGNED_OUT = "You are signed out. Sign in to go on where you were."


async def test_whoever_is_led_to_the_sign_in_is_told_why(browse: Browse, account: str, acme: Team) -> None:
    client = browse()
    led = (await client.get(acme.url("/users"))).headers["location"]
    page = text_of((await client.get(led)).text)
    assert page.count(SIGNED_OUT) == 1
    assert SIGNED_OUT not in text_of((await client.get("/login")).text)
    # Whose password is wrong has that to read instead.
    wrong = await sign_in(client, password="wrong", next=acme.url("/users"))
    assert wrong.status_code == 401
    assert SIGNED_OUT not in text_of(wrong.text)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/a\r\nset-cookie: x=y",
        "/logout",
        "/login?next=/login",
        "",
        "/" + "x" * 5_000,
    ],
)
def test_nobody_is_led_to_another_site(url: str) -> None:
    assert _way_back(url) == "/"


async def test_one_time_link_signs_in_once(browse: Browse, server: Served, acme: Team) -> None:
    token = await server.state.database.write(
        lambda conn: make_sign_in_link(conn, acme.admin_id, acme.app_id, START)
    )
    url = f"/login/once?token={token}"
    # A look at it, by a mail scanner or a browser that loads ahead, is no use of it.
    assert (await browse().head(url)).status_code == 200
    ahead = await browse().get(url, headers={"sec-purpose": "prefetch;prerender"})
    assert ahead.status_code == 200
    client = browse()
    answer = await client.get(url)
    assert (answer.status_code, answer.headers["location"]) == (303, acme.url("/users"))
    assert (await client.get(acme.url("/users"))).status_code == 200
    # The same browser may load it again; anybody else finds it used up.
    assert (await client.get(url)).headers["location"] == "/"
    used = await browse().get(url)
    assert used.status_code == 410
    assert "This link is used up" in text_of(used.text)


async def test_one_time_link_ends_after_a_day(browse: Browse, server: Served, acme: Team) -> None:
    token = await server.state.database.write(
        lambda conn: make_sign_in_link(conn, acme.admin_id, acme.app_id, START)
    )
    server.clock.advance(SIGN_IN_LINK_SECONDS)
    assert (await browse().get(f"/login/once?token={token}")).status_code == 410


@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", "?token=%00"])
async def test_link_that_never_was_signs_nobody_in(browse: Browse, query: str) -> None:
    client = browse()
    assert (await client.get(f"/login/once{query}")).status_code == 410
    assert COOKIE not in client.cookies


async def test_sign_out_ends_the_session(browse: Browse, acme: Team) -> None:
    client, thief = browse(acme.admin_token), browse(acme.admin_token)
    answer = await client.post("/logout", data={"csrf_token": acme.csrf_token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert (await thief.get(acme.url("/users"))).headers["location"].startswith("/login")
    assert (await browse(acme.teammate_token).get(acme.url("/users"))).status_code == 200


async def test_sign_out_needs_the_form_of_ones_own_session(browse: Browse, acme: Team) -> None:
    client = browse(acme.admin_token)
    assert (await client.get("/logout")).status_code == 405
    assert (await client.post("/logout", data={})).status_code == 403
    other = await client.post("/logout", data={"csrf_token": acme.teammate_csrf_token})
    assert other.status_code == 403
    assert (await client.get(acme.url("/users"))).status_code == 200


async def test_home_leads_strangers_to_the_sign_in(browse: Browse) -> None:
    assert (await browse().get("/")).headers["location"] == "/login"


async def test_sign_in_page_leads_on_whoever_is_signed_in(browse: Browse, acme: Team) -> None:
    assert (await browse(acme.admin_token).get("/login")).headers["location"] == "/"


async def test_teammate_of_no_workspace_is_told_so(
    browse: Browse, server: Served, acme: Team, account: str
) -> None:
    await server.state.database.write(lambda conn: remove_member(conn, acme.app_id, acme.teammate_id))
    page = await browse(acme.teammate_token).get("/")
    assert page.status_code == 200
    assert "No workspace yet" in text_of(page.text)


async def test_session_ends_after_its_days(browse: Browse, server: Served, acme: Team) -> None:
    client = browse(acme.admin_token)
    server.clock.advance(14 * 86_400 - 1)
    assert (await client.get(acme.url("/users"))).status_code == 200
    server.clock.advance(1)
    assert (await client.get(acme.url("/users"))).status_code == 303
