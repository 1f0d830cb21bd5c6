"""The demo customer's site."""

import pytest

from support.desk import HTML, Browse, Team, make_team, text_of
from support.serving import Served


async def test_server_without_a_demo_workspace_has_no_demo(browse: Browse, acme: Team) -> None:
    for path in ("/demo", "/demo/pricing"):
        assert (await browse().get(path, headers=HTML)).status_code == 404


@pytest.mark.parametrize("path", ["/demo", "/demo/pricing"])
async def test_demo_carries_the_oldest_demo_workspaces_snippet(
    browse: Browse, server: Served, path: str
) -> None:
    first = await make_team(server, "Demo")
    page = await browse().get(path)
    assert page.status_code == 200
    assert f'<body data-app-id="{first.app_id}">' in page.text
    assert '<script type="module" src="/static/demo.js"></script>' in page.text
    assert "Sign in as Ada Okonkwo" in text_of(page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_demo_has_nothing_inline(browse: Browse, server: Served) -> None:
    await make_team(server, "Demo")
    for path in ("/demo", "/demo/pricing"):
        html = (await browse().get(path)).text
        assert "<style" not in html
        assert " style=" not in html
        assert " on" + "click=" not in html
        assert html.count("<script") == html.count("<script type=") == 1
