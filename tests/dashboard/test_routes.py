"""The dashboard's map."""

import re

import httpx2
import pytest
from starlette.routing import Route

from app.dashboard.routes import routes
from app.static_files import static_dir
from support.desk import AddPerson, Browse, Team

PAGES = [
    "/users",
    "/users?tab=online",
    "/users?q=nobody",
    "/users/show?id={id}",
    "/users/show?user_id=nobody",
    "/reports",
    "/reports/missing-users",
    "/settings/messenger",
    "/settings/tokens",
    "/settings/teammates",
    "/settings/qualification",
    "/settings/people-data",
    "/settings/deleting-people-data?q=nobody",
    "/settings/imports",
    "/settings/audit",
]
# Not looked at here: parts of pages, files, what leads elsewhere; and a page that has a file to show.
NO_PAGES = {
    "/users/new",
    "/users/online",
    "/users/filter",
    "/settings/imports/people.csv",
    "/settings/imports/{id}",
    "/settings/imports/{id}/progress",
    "/settings/audit.json",
    "/settings/receipts.json",
}


def test_every_page_is_looked_at() -> None:
    shown = {
        route.path.removeprefix("/apps/{app_id}")
        for route in routes
        if isinstance(route, Route) and route.path.startswith("/apps/") and "GET" in (route.methods or ())
    }
    assert {page.partition("?")[0] for page in PAGES} == shown - NO_PAGES


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
