"""The dashboard's map."""

import re

import httpx2
import pytest

from app.static_files import static_dir
from support.desk import AddPerson, Browse, Team

PAGES = [
    "/users",
    "/users?tab=online",
    "/users?q=nobody",
    "/users/show?id={id}",
    "/users/show?user_id=nobody",
    "/settings/messenger",
    "/settings/tokens",
    "/settings/teammates",
]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_keeps_to_its_content_policy(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, path: str
) -> None:
    """Nothing inline, nothing from other hosts; and every file that a page names is there."""
    ada = await add_person(acme)
    html = (await admin.get(acme.url(path.format(id=ada)))).text
    assert not re.search(r"\son\w+=", html)
    assert " style=" not in html
    assert "<style" not in html
    assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", html))
    for url in re.findall(r'(?:src|href)="(/static/[^"]+)"', html):
        assert (static_dir() / url.removeprefix("/static/")).is_file(), url


@pytest.mark.parametrize("path", PAGES)
async def test_every_link_leads_somewhere(
    admin: httpx2.AsyncClient, acme: Team, add_person: AddPerson, path: str
) -> None:
    ada = await add_person(acme)
    html = (await admin.get(acme.url(path.format(id=ada)))).text
    links = {link.replace("&amp;", "&") for link in re.findall(r'<a[^>]* href="(/[^"]*)"', html)}
    assert links
    for link in links:
        assert (await admin.get(link)).status_code in (200, 303), link


async def test_browsers_find_an_icon(browse: Browse) -> None:
    answer = await browse().get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
