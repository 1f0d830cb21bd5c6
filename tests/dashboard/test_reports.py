"""The report on users whom the messenger misses. Rule R54."""

import re

import httpx2
import pytest

from app.dashboard import reports
from app.dashboard.reports import Figures
from support.desk import AddPerson, Browse, Team, csrf_in, text_of
from support.serving import START, Served
from support.trail import actions_of, looks

PAGE = "/reports/missing-users"
HOSTILE = "<img src=x onerror=alert(1)>"


def listed(html: str) -> list[str]:
    return re.findall(r'<li data-contact-id="(\w+)"', html)


async def test_R54_synced_users_never_seen_are_counted_and_listed(
    browse: Browse, acme: Team, globex: Team, add_person: AddPerson, server: Served
) -> None:
    missed = await add_person(acme, name="Mia", synced_at=START - 7_200, external_id="7")
    await add_person(acme, name="Sam", synced_at=START - 60, first_seen_at=START)
    await add_person(globex, name="Secret", synced_at=START - 60)
    mate = browse(acme.teammate_token)
    page = await mate.get(acme.url(PAGE))
    assert listed(page.text) == [missed]
    assert f'href="{acme.url(f"/users/show?id={missed}")}"' in page.text
    said = text_of(page.text)
    assert "Missing 1 Seen 1 Synced 2 Share missing 50 %" in said
    assert "Mia user ID 7 Synced 2 hours ago" in said
    assert "1 of 2 users (50 %)" in text_of((await mate.get(acme.url("/reports"))).text)
    entries = await server.state.database.read(lambda conn: actions_of(conn, acme.app_id))
    assert entries == [("admin", str(acme.teammate_id), "contact.listed", None)]


async def test_pages_follow_each_other(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "PAGE_SIZE", 2)
    ids = sorted([await add_person(acme, synced_at=START, created_at=START - count) for count in range(5)])
    seen: list[str] = []
    url = acme.url(PAGE)
    for _ in range(3):
        page = (await admin.get(url)).text
        seen += listed(page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        url = further[1] if further else ""
    assert (seen, url) == (ids, "")
    past = await admin.get(acme.url(f"{PAGE}?after={'f' * 24}"))
    assert "The list ends before here" in text_of(past.text)


async def test_nobody_told_of_and_nobody_missing_are_said(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    for path in (PAGE, "/reports"):
        assert "Your backend has told of nobody yet" in text_of((await admin.get(acme.url(path))).text)
    await add_person(acme, synced_at=START, first_seen_at=START)
    assert "Nobody is missing" in text_of((await admin.get(acme.url(PAGE))).text)
    assert "has seen every one of the 1" in text_of((await admin.get(acme.url("/reports"))).text)


@pytest.mark.parametrize("path", ["/reports", PAGE])
async def test_R83_another_workspace_has_no_reports(
    browse: Browse, acme: Team, globex: Team, path: str
) -> None:
    assert (await browse(globex.admin_token).get(acme.url(path))).status_code == 404
    assert (await browse().get(acme.url(path))).status_code == 303


@pytest.mark.parametrize("after", ["x", HOSTILE, "9" * 40])
async def test_a_page_that_is_none_is_refused(admin: httpx2.AsyncClient, acme: Team, after: str) -> None:
    answer = await admin.get(acme.url(PAGE), params={"after": after})
    assert answer.status_code == 400
    assert HOSTILE not in answer.text


async def test_what_people_are_called_is_text(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson
) -> None:
    await add_person(acme, synced_at=START, name=HOSTILE, external_id=HOSTILE)
    page = (await admin.get(acme.url(PAGE))).text
    assert csrf_in(page)
    assert HOSTILE not in page


@pytest.mark.parametrize(
    ("missing", "synced", "share"),
    [
        (0, 0, "0 %"),
        (0, 5, "0 %"),
        (1, 8, "12.5 %"),
        (1, 100_000, "under 0.1 %"),
        (99_999, 100_000, "over 99.9 %"),
        (5, 5, "100 %"),
    ],
)
def test_a_share_is_not_rounded_to_nobody_or_all(missing: int, synced: int, share: str) -> None:
    assert Figures(missing, synced).share == share


async def test_R82_who_was_listed_is_on_the_log(
    admin: httpx2.AsyncClient, server: Served, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme, synced_at=START)
    await admin.get(acme.url("/reports/missing-users"))
    assert await looks(server, "contact.listed") == [{"ids": [ada]}]
