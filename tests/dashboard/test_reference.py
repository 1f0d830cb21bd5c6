"""``/docs``: the description, to be read."""

import re

from app.dashboard.rendering import CONTENT_POLICY
from app.openapi.document import document
from support.desk import Browse, text_of


async def test_every_route_and_schema_stands_on_the_page(browse: Browse) -> None:
    answer = await browse().get("/docs")
    assert answer.status_code == 200
    page = text_of(answer.text)
    told = document()
    for path, item in told["paths"].items():
        for method in item.keys() - {"parameters"}:
            assert f"{method.upper()} {path} {item[method]['summary']}" in page
    for name in told["components"]["schemas"]:
        assert f'id="schema-{name}"' in answer.text


async def test_page_runs_nothing_and_loads_nothing_from_elsewhere(browse: Browse) -> None:
    answer = await browse().get("/docs")
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert "<script" not in answer.text
    assert set(re.findall(r'(?:src|href)="([^"#/][^"]*)"', answer.text)) == set()


async def test_every_link_on_the_page_leads_somewhere(browse: Browse) -> None:
    html = (await browse().get("/docs")).text
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert targets - set(re.findall(r'id="([^"]+)"', html)) == set()


async def test_code_is_shown_as_code(browse: Browse) -> None:
    html = (await browse().get("/docs")).text
    assert "<code>external_id</code>" in html
    assert "`" not in html
