"""The user list's page."""

import re

import httpx2
import pytest
from sqlalchemy import Connection, insert

from app.dashboard import people
from app.errors import ReadTooSlow
from app.presence.store import write_counts
from app.storage.tables import people_counts
from support.desk import JSON, AddPerson, Browse, Team, ids_in, text_of
from support.serving import START, Served

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


def dot_of(html: str, contact_id: str) -> str:
    """The dot in a contact's row: its state and its accessible name."""
    row = html[html.index(f'data-contact-id="{contact_id}"') :].partition("</tr>")[0]
    found = re.search(r'data-online="(\w+)" role="img" aria-label="(\w+)"', row)
    assert found, row
    return f"{found[1]} {found[2]}"


async def news(client: httpx2.AsyncClient, html: str) -> dict[str, object]:
    """What the page asks for after a while; the address is the one it names."""
    url = re.search(r'data-news-url="([^"]+)"', html)
    assert url, "the page names no address for news"
    answer = await client.get(url[1].replace("&amp;", "&"), headers=JSON)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


# The list


async def test_list_shows_fifty_last_seen_first(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ids = [await add_person(acme, last_seen_at=START - 60 * minutes) for minutes in range(53)]
    first = (await admin.get(acme.url("/users"))).text
    assert ids_in(first) == ids[:50]
    assert '<span aria-current="page">1</span>' in first
    second = (await admin.get(acme.url("/users?page=2"))).text
    assert ids_in(second) == ids[50:]
    assert "All 53" in text_of(first)
    beyond = (await admin.get(acme.url("/users?page=9"))).text
    assert ids_in(beyond) == []
    assert "The list ends before page 9" in text_of(beyond)


async def test_tabs_tell_the_last_one_of_a_million(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served, add_person: AddPerson
) -> None:
    await add_person(acme, role="lead")

    def write(conn: Connection) -> None:
        row = {"role": "user", "slot": 1}
        counts = {acme.app_id: 1_234_566, globex.app_id: 77}
        conn.execute(insert(people_counts), [row | {"app_id": a, "count": n} for a, n in counts.items()])

    await server.state.database.write(write)
    tabs = text_of((await admin.get(acme.url("/users"))).text)
    assert "All 1,234,567 Online now 0 Users 1,234,566 Leads 1" in tabs


async def test_row_shows_who_it_is(admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson) -> None:
    ada = await add_person(
        acme,
        name="Ada Lovelace",
        email="ada@example.com",
        city="London",
        country="United Kingdom",
        session_count=1_234,
        last_seen_at=START - 180,
        avatar_url="https://cdn.example/ada.png",
    )
    html = (await admin.get(acme.url("/users"))).text
    row = html[html.index("<tr role", html.index("<tbody")) :].partition("</tr>")[0]
    assert f'data-contact-id="{ada}"' in row
    assert (
        text_of(row) == "AL Ada Lovelace ada@example.com 3 minutes ago 1,234 1 day ago London, United Kingdom"
    )
    assert 'title="14 Nov 2023, 22:10:20 UTC"' in row
    assert 'datetime="2023-11-14T22:10:20.000Z"' in row
    assert f'href="{acme.url("/users/show")}?id={ada}"' in row
    assert 'src="https://cdn.example/ada.png" alt="" referrerpolicy="no-referrer"' in row


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"name": "Ada", "email": "a@b.example", "external_id": "7"}, "Ada"),
        ({"name": "  ", "email": "a@b.example", "external_id": "7"}, "a@b.example"),
        ({"external_id": "7"}, "7"),
        ({"role": "visitor", "pseudonym": "Pink Stereo from Atlanta"}, "Pink Stereo from Atlanta"),
    ],
)
async def test_R21_what_is_shown(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, values: dict[str, str], shown: str
) -> None:
    await add_person(acme, **values)
    assert f">{shown}</a>" in (await admin.get(acme.url("/users"))).text


async def test_dot_is_on_for_whoever_is_online(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    ada, bob = await add_person(acme), await add_person(acme)
    server.state.tracker.ping(acme.app_id, ada, START)
    html = (await admin.get(acme.url("/users"))).text
    assert dot_of(html, ada) == "true Online"
    assert dot_of(html, bob) == "false Offline"
    assert re.search(r'<span data-online-count="1">1</span>\s*<small>online now', html)


async def test_tabs_show_their_people_and_their_counts(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    user, lead, visitor = [await add_person(acme, role=role) for role in ("user", "lead", "visitor")]
    server.state.tracker.ping(acme.app_id, visitor, START)
    shown = {
        tab: ids_in((await admin.get(acme.url(f"/users?tab={tab}"))).text)
        for tab in ("all", "online", "users", "leads")
    }
    assert sorted(shown["all"]) == sorted([user, lead, visitor])
    assert (shown["online"], shown["users"], shown["leads"]) == ([visitor], [user], [lead])
    tabs = text_of((await admin.get(acme.url("/users"))).text)
    assert "All 3 Online now 1 Users 1 Leads 1" in tabs


async def test_online_tab_of_very_many_is_the_same(
    admin: httpx2.AsyncClient,
    acme: Team,
    add_person: AddPerson,
    server: Served,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "FEW_IDS", 0)
    ada, _ = await add_person(acme), await add_person(acme)
    server.state.tracker.ping(acme.app_id, ada, START)
    assert ids_in((await admin.get(acme.url("/users?tab=online"))).text) == [ada]


async def test_columns_sort_and_say_so(admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson) -> None:
    zoe = await add_person(acme, name="Zoe", session_count=1)
    ada = await add_person(acme, name="Ada", session_count=9)
    html = (await admin.get(acme.url("/users?sort=name"))).text
    assert ids_in(html) == [ada, zoe]
    assert re.search(r'<th[^>]*class="col-person" aria-sort="ascending"', html)
    assert html.count("aria-sort=") == 1
    assert ids_in((await admin.get(acme.url("/users?sort=name&dir=desc"))).text) == [zoe, ada]
    assert ids_in((await admin.get(acme.url("/users?sort=sessions"))).text) == [ada, zoe]


async def test_search_finds_beginnings_of_words(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme, name="Ada Lovelace", email="ada@engines.example")
    await add_person(acme, name="Grace Hopper")
    for words in ("ada", "LOVE", "engines", "love ad", "ada@eng"):
        html = (await admin.get(acme.url("/users"), params={"q": words})).text
        assert ids_in(html) == [ada], words
    assert 'value="love ad"' in (await admin.get(acme.url("/users"), params={"q": "love ad"})).text
    nobody = (await admin.get(acme.url("/users"), params={"q": "elace"})).text
    assert ids_in(nobody) == []
    assert "Nobody found" in text_of(nobody)


async def test_archived_and_deleted_people_are_not_shown(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    await add_person(acme, name="Gone", listed=False)
    html = (await admin.get(acme.url("/users"))).text
    assert "Gone" not in html
    assert ids_in((await admin.get(acme.url("/users?q=gone"))).text) == []


async def test_R83_list_holds_nobody_of_another_workspace(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson, server: Served
) -> None:
    hidden = await add_person(globex, name="Secret Sam")
    server.state.tracker.ping(globex.app_id, hidden, START)
    client = browse(acme.admin_token)
    for query in ("", "?q=secret", "?tab=online", "?tab=users"):
        html = (await client.get(acme.url(f"/users{query}"))).text
        assert "Secret" not in html.replace('value="secret"', "").replace("“secret”", "")
        assert hidden not in html


async def test_names_of_all_kinds_are_shown_as_text(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    await add_person(
        acme,
        name=HOSTILE,
        email=f"{HOSTILE}@x.example",
        city=HOSTILE,
        avatar_url="javascript:alert(3)",
    )
    html = (await admin.get(acme.url("/users"))).text
    assert "<img src=x" not in html
    assert "<script>alert" not in html
    assert "javascript:" not in html
    assert "&lt;script&gt;alert(2)" in html


async def test_empty_workspace_says_what_to_do(admin: httpx2.AsyncClient, acme: Team, server: Served) -> None:
    page = text_of((await admin.get(acme.url("/users"))).text)
    assert "Nobody yet" in page
    assert f'app_id: "{acme.app_id}"' in page
    assert f'src="{server.url}/widget/{acme.app_id}"' in page


@pytest.mark.parametrize(
    ("tab", "why"),
    [
        ("online", "The porch is quiet"),
        ("leads", "None of these yet A visitor becomes a lead with the first conversation."),
    ],
)
async def test_empty_tab_says_why(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, tab: str, why: str
) -> None:
    await add_person(acme)
    page = text_of((await admin.get(acme.url(f"/users?tab={tab}"))).text)
    assert why in page
    assert "email" not in page.partition(why)[2]  # an email alone makes a user


@pytest.mark.parametrize("signs", ["%", "@", "%25_", "...", "%00", "\u200b"])
@pytest.mark.parametrize("tab", ["all", "online", "users"])
async def test_search_for_what_holds_no_word_finds_nobody(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served, tab: str, signs: str
) -> None:
    ada = await add_person(acme, name="Ada")
    server.state.tracker.ping(acme.app_id, ada, START)
    assert ids_in((await admin.get(acme.url(f"/users?tab={tab}&q=%20"))).text) == [ada]
    page = (await admin.get(acme.url(f"/users?tab={tab}&q={signs}"))).text
    assert ids_in(page) == []
    assert "Nobody found" in text_of(page)


async def test_search_that_takes_too_long_shows_who_was_found_near(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(*_: object) -> None:
        raise ReadTooSlow

    ada = await add_person(acme, name="Ada")
    await add_person(acme, name="Bob")
    monkeypatch.setattr(people, "page_of", too_slow)
    page = (await admin.get(acme.url("/users?q=ada"))).text
    assert ids_in(page) == [ada]
    assert "Very many people fit" in text_of(page)
    nobody = (await admin.get(acme.url("/users?q=zoe"))).text
    assert "Too many to look through" in text_of(nobody)


@pytest.mark.parametrize("patience_seconds", [0, 10])
async def test_list_is_the_same_in_one_piece_and_in_several(
    admin: httpx2.AsyncClient,
    acme: Team,
    add_person: AddPerson,
    monkeypatch: pytest.MonkeyPatch,
    patience_seconds: float,
) -> None:
    monkeypatch.setattr(people, "PATIENCE_SECONDS", patience_seconds)
    ids = [await add_person(acme, last_seen_at=START - number) for number in range(51)]
    page = await admin.get(acme.url("/users"))
    assert page.headers["cache-control"] == "no-store"
    assert ids_in(page.text) == ids[:50]
    assert page.text.count("<html") == page.text.count("</html>") == page.text.count('id="people"') == 1
    assert 'rel="next"' in page.text


# News


async def test_R4_only_people_who_came_after_the_page_are_new(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    # Recorded in the very moment of the page: no news.
    before = await add_person(acme, created_at=START)
    html = (await admin.get(acme.url("/users"))).text
    assert f'data-known-ids="{before}"' in html
    server.clock.advance(10)
    after = await add_person(acme, created_at=START + 5)
    told = await news(admin, html)
    assert set(told["ids"]) - {before} == {after}  # type: ignore[call-overload]
    assert told["more"] is False
    assert told["now"] == START + 10


async def test_whoever_comes_online_is_new_to_a_page_that_shows_the_latest_first(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    old = await add_person(acme, name="Old Friend")
    latest = (await admin.get(acme.url("/users"))).text
    by_name = (await admin.get(acme.url("/users?sort=name"))).text
    leads = (await admin.get(acme.url("/users?tab=leads"))).text
    others = (await admin.get(acme.url("/users?q=somebody"))).text
    online = (await admin.get(acme.url("/users?tab=online"))).text
    server.clock.advance(10)
    server.state.tracker.ping(acme.app_id, old, START + 5)
    assert (await news(admin, latest))["ids"] == [old]
    assert (await news(admin, online))["ids"] == [old]
    for page in (by_name, leads, others):
        assert (await news(admin, page))["ids"] == []
    assert (await news(admin, latest))["online"] == 1


async def test_news_of_a_tab_are_people_of_that_tab(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, server: Served
) -> None:
    html = (await admin.get(acme.url("/users?tab=leads&q=ada"))).text
    server.clock.advance(10)
    ada = await add_person(acme, role="lead", name="Ada", created_at=START + 5)
    await add_person(acme, role="user", name="Ada", created_at=START + 5)
    await add_person(acme, role="lead", name="Bob", created_at=START + 5)
    assert (await news(admin, html))["ids"] == [ada]


async def test_very_many_new_people_are_told_as_more(
    admin: httpx2.AsyncClient,
    acme: Team,
    add_person: AddPerson,
    server: Served,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "MOST_NEW", 2)
    html = (await admin.get(acme.url("/users"))).text
    server.clock.advance(10)
    for _ in range(3):
        await add_person(acme, created_at=START + 5)
    told = await news(admin, html)
    assert len(told["ids"]) == 2  # type: ignore[arg-type]
    assert told["more"] is True


async def test_flood_just_before_the_page_is_no_news(
    admin: httpx2.AsyncClient,
    acme: Team,
    add_person: AddPerson,
    server: Served,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "MOST_NEW", 2)
    for _ in range(3):
        await add_person(acme, created_at=START - 1)
    html = (await admin.get(acme.url("/users"))).text
    assert 'data-known-ids=""' in html
    assert (await news(admin, html))["ids"] == []


async def test_R83_news_are_of_ones_own_workspace(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, add_person: AddPerson, server: Served
) -> None:
    html = (await admin.get(acme.url("/users"))).text
    server.clock.advance(10)
    hidden = await add_person(globex, created_at=START + 5)
    server.state.tracker.ping(globex.app_id, hidden, START + 5)
    told = await news(admin, html)
    assert (told["ids"], told["online"]) == ([], 0)


@pytest.mark.parametrize("since", ["", "never", "nan", "inf", "-1", "1e99", "1" * 400])
async def test_news_since_no_moment_are_refused(admin: httpx2.AsyncClient, acme: Team, since: str) -> None:
    answer = await admin.get(acme.url(f"/users/new?since={since}"), headers=JSON)
    assert answer.status_code == 400


# The chart


async def test_chart_has_the_points_of_the_last_day_and_ends_with_who_is_online_now(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, server: Served, add_person: AddPerson
) -> None:
    def write(conn: Connection) -> None:
        for at, online in ((START - 90_000, 9), (START - 120, 3), (START - 60, 4)):
            write_counts(conn, {acme.app_id: online, globex.app_id: 77}, at, 0)

    await server.state.database.write(write)
    server.state.tracker.ping(acme.app_id, await add_person(acme), START)
    told = (await admin.get(acme.url("/users/online"), headers=JSON)).json()
    assert told == {
        "from": START - 86_400,
        "until": START,
        "at": [START - 120, START - 60, START],
        "online": [3, 4, 1],
    }
