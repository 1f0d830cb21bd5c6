"""The list behind a filter, and segments beside it."""

import json
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from app.dashboard import people
from app.errors import ReadTooSlow
from support.desk import JSON, AddPerson, Browse, Team, csrf_in, ids_in, text_of
from support.serving import START, Served

DAY = 86_400.0
BUSY = {"field": "session_count", "operator": "gt", "value": 5}


def filtered(team: Team, tree: Any, more: str = "") -> str:
    return team.url(f"/users?filter={quote(tree if isinstance(tree, str) else json.dumps(tree))}{more}")


async def test_the_list_shows_who_fits_and_says_why(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    busy = await add_person(acme, session_count=9)
    await add_person(acme, session_count=5)
    html = (await admin.get(filtered(acme, BUSY))).text
    assert ids_in(html) == [busy]
    assert "Session count is greater than 5" in text_of(html)
    assert "Clear filters" in text_of(html)


async def test_R42_a_relative_date_shows_the_instants_it_means(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    soon = await add_person(acme, signed_up_at=START + 2 * DAY)
    await add_person(acme, signed_up_at=START + 3 * DAY)
    await add_person(acme, signed_up_at=START - 1)
    tree = {
        "operator": "AND",
        "value": [
            {"field": "signed_up_at", "operator": "more_than", "value": -3},
            {"field": "signed_up_at", "operator": "less_than", "value": 0},
        ],
    }
    html = (await admin.get(filtered(acme, tree))).text
    assert ids_in(html) == [soon]
    assert "Signed up at more than -3 days ago (before 17 Nov 2023, 22:13:20 UTC)" in text_of(html)


async def test_tabs_words_orders_and_pages_keep_the_filter(
    admin: httpx2.AsyncClient, server: Served, acme: Team, add_person: AddPerson
) -> None:
    ids = [
        await add_person(acme, session_count=9, name=f"Ada {n:02}", last_seen_at=START - n) for n in range(60)
    ]
    lead = await add_person(acme, session_count=9, role="lead", name="Ben", last_seen_at=START - 100)
    await add_person(acme, session_count=1, name="Ada Idle")
    first = (await admin.get(filtered(acme, BUSY))).text
    assert ids_in(first) == ids[:50]
    links = [part.split('"')[0] for part in first.split('href="')[1:] if "/users?" in part.split('"')[0]]
    kept = [link for link in links if "filter=" in link]
    assert {word for link in kept for word in ("tab=", "sort=", "page=2") if word in link} == {
        "tab=",
        "sort=",
        "page=2",
    }
    assert 'type="hidden" name="filter"' in first
    second = (await admin.get(filtered(acme, BUSY, "&page=2"))).text
    assert ids_in(second) == [*ids[50:], lead]
    assert ids_in((await admin.get(filtered(acme, BUSY, "&tab=leads"))).text) == [lead]
    assert ids_in((await admin.get(filtered(acme, BUSY, "&q=ada+07"))).text) == [ids[7]]
    assert ids_in((await admin.get(filtered(acme, BUSY, "&sort=name&dir=desc"))).text)[:2] == [lead, ids[59]]
    server.state.tracker.ping(acme.app_id, ids[3], START)
    assert ids_in((await admin.get(filtered(acme, BUSY, "&tab=online"))).text) == [ids[3]]


async def test_only_those_who_fit_are_news(
    admin: httpx2.AsyncClient, server: Served, acme: Team, add_person: AddPerson
) -> None:
    url = filtered(acme, BUSY).replace("/users?", "/users/new?") + f"&since={START - 1}"
    busy = await add_person(acme, session_count=9, created_at=START)
    await add_person(acme, session_count=1, created_at=START)
    news = await admin.get(url, headers=JSON)
    assert news.json()["ids"] == [busy]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ("{", "filter is not JSON"),
        ("[]", "filter must be an object"),
        ({"field": "shoe", "operator": "is", "value": 1}, "shoe"),
        ({"field": "name", "operator": "=", "value": "x"}, "takes is"),
        ({"operator": "AND", "value": []}, "at least one"),
        ({"operator": "AND", "value": [BUSY] * 16}, "at most 15"),
    ],
)
async def test_a_bad_tree_is_a_page_with_a_sentence(
    admin: httpx2.AsyncClient, acme: Team, tree: Any, said: str
) -> None:
    for url in (filtered(acme, tree), filtered(acme, tree).replace("/users?", "/users/new?") + "&since=5"):
        response = await admin.get(url)
        assert response.status_code == 400
        assert said in text_of(response.text)


async def test_a_filter_is_added_by_a_form(admin: httpx2.AsyncClient, acme: Team) -> None:
    url = acme.url("/users/filter?tab=users&field=session_count&operator=gt&value=5")
    added = await admin.get(url)
    assert added.status_code == 303
    location = added.headers["location"]
    assert location.startswith(acme.url("/users?tab=users&filter="))
    assert (await admin.get(location)).status_code == 200
    more = await admin.get(
        acme.url(f"/users/filter?field=name&operator=is_unknown&filter={location.partition('filter=')[2]}")
    )
    text = text_of((await admin.get(more.headers["location"])).text)
    assert "Session count is greater than 5" in text
    assert "Name is unknown" in text
    bad = await admin.get(acme.url("/users/filter?field=session_count&operator=gt&value=many"))
    assert bad.status_code == 400
    assert "compared with a number" in text_of(bad.text)


async def test_R44_a_filter_is_saved_shown_and_deleted(
    admin: httpx2.AsyncClient, acme: Team, globex: Team, browse: Browse
) -> None:
    html = (await admin.get(filtered(acme, BUSY))).text
    form = {"csrf_token": csrf_in(html), "filter": json.dumps(BUSY), "name": "Busy <people>", "tab": "users"}
    saved = await admin.post(acme.url("/users/segments"), data=form)
    assert saved.status_code == 303
    shown = (await admin.get(saved.headers["location"])).text
    assert "Segments Busy <people>" in text_of(shown)
    assert 'aria-current="true">Busy &lt;people&gt;</a>' in shown
    assert "Delete segment" in text_of(shown)
    again = await admin.post(acme.url("/users/segments"), data=form)
    assert again.status_code == 409
    theirs = (await browse(globex.admin_token).get(globex.url("/users"))).text
    assert "Busy" not in text_of(theirs)
    segment_id = shown.partition('name="id" value="')[2][:24]
    gone = await admin.post(
        acme.url("/users/segments/delete"), data={"csrf_token": form["csrf_token"], "id": segment_id}
    )
    assert gone.status_code == 303
    assert "Busy" not in text_of((await admin.get(acme.url("/users"))).text)


async def test_forms_without_the_sessions_token_or_a_filter_are_refused(
    admin: httpx2.AsyncClient, acme: Team
) -> None:
    assert (await admin.post(acme.url("/users/segments"), data={"name": "x"})).status_code == 403
    form = {"csrf_token": acme.csrf_token, "name": "x"}
    assert (await admin.post(acme.url("/users/segments"), data=form)).status_code == 400
    unknown = {"csrf_token": acme.csrf_token, "id": "f" * 24}
    assert (await admin.post(acme.url("/users/segments/delete"), data=unknown)).status_code == 404


async def test_nobody_else_sees_the_list(browse: Browse, acme: Team, globex: Team) -> None:
    assert (await browse(globex.admin_token).get(filtered(acme, BUSY))).status_code == 404
    assert (await browse().get(filtered(acme, BUSY))).status_code == 303


async def test_nobody_who_fits_is_said_so(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    await add_person(acme)
    text = text_of((await admin.get(filtered(acme, BUSY))).text)
    assert "Nobody fits" in text


async def test_too_many_to_count_are_shown_without_a_count(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(*_: object) -> None:
        raise ReadTooSlow

    busy = await add_person(acme, session_count=9)
    monkeypatch.setattr(people, "filtered_page", too_slow)
    assert ids_in((await admin.get(filtered(acme, BUSY))).text) == [busy]
    monkeypatch.setattr(people, "uncounted_page", too_slow)
    assert "Too many to look through" in text_of((await admin.get(filtered(acme, BUSY))).text)
