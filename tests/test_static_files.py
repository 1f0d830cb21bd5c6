"""Static files, and how they are served."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.static_files import Statics, static_dir


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[Mount("/static", Statics())])) as client:
        yield client


def test_folder_holds_the_files() -> None:
    assert (static_dir() / "dashboard" / "list.js").is_file()


def test_our_own_files_are_asked_for_again_and_answered_briefly(client: TestClient) -> None:
    first = client.get("/static/dashboard/list.js")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["x-content-type-options"] == "nosniff"
    again = client.get("/static/dashboard/list.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


def test_other_peoples_files_are_kept_for_ever_under_their_version(client: TestClient) -> None:
    for folder in (static_dir() / "vendor").iterdir():
        assert folder.name.rsplit("-", 1)[1][0].isdigit(), f"{folder.name} has no version in its name"
        assert any(file.name.startswith("LICENSE") for file in folder.iterdir())
    answer = client.get("/static/vendor/pico-2.1.1/pico.min.css")
    assert "immutable" in answer.headers["cache-control"]


def test_drawing_opened_by_itself_may_do_nothing(client: TestClient) -> None:
    answer = client.get("/static/favicon.svg", headers={"sec-fetch-dest": "document"})
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "nothing.js", "", "%00"])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404
