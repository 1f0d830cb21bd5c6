"""One walk over all companies of a workspace."""

import pytest

from app.companies import scrolls, store
from app.companies.operations import new_company
from app.companies.scrolls import IDLE_SECONDS, ScrollPage, scroll
from app.errors import NotFound, ScrollExists
from app.workspaces.operations import create_workspace
from support.recording import NOW, Recorder


@pytest.fixture
def recorder(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A workspace with five companies, of which two fit on a page."""
    monkeypatch.setattr(scrolls, "PER_PAGE", 2)
    for number in range(5):
        made = new_company(recorder.app_id, str(number), NOW + number)
        store.insert_companies(recorder.conn, [made])
    return recorder


def ask(recorder: Recorder, scroll_param: str | None = None, at: float = NOW) -> ScrollPage:
    return scroll(recorder.conn, recorder.app_id, scroll_param, at)


def names(page: ScrollPage) -> list[str]:
    return [company.company_id for company in page.companies]


def test_a_scroll_tells_each_company_once_and_ends_with_an_empty_page(recorder: Recorder) -> None:
    page = ask(recorder)
    told = [names(page)]
    while page.scroll_param is not None:
        page = ask(recorder, page.scroll_param)
        told.append(names(page))
    assert told == [["0", "1"], ["2", "3"], ["4"], []]


def test_a_scroll_that_has_ended_makes_room_for_another(recorder: Recorder) -> None:
    first = ask(recorder)
    for _ in range(3):
        ask(recorder, first.scroll_param)
    with pytest.raises(NotFound):
        ask(recorder, first.scroll_param)
    assert names(ask(recorder)) == ["0", "1"]


def test_one_scroll_is_open_at_a_time_until_it_was_idle_for_a_minute(recorder: Recorder) -> None:
    first = ask(recorder)
    with pytest.raises(ScrollExists, match="scroll already exists for this workspace"):
        ask(recorder, at=NOW + IDLE_SECONDS)
    assert names(ask(recorder, first.scroll_param, at=NOW + IDLE_SECONDS)) == ["2", "3"]
    with pytest.raises(NotFound, match="scroll parameter not found"):
        ask(recorder, first.scroll_param, at=NOW + 2 * IDLE_SECONDS + 1)
    assert names(ask(recorder, at=NOW + 2 * IDLE_SECONDS + 1)) == ["0", "1"]


@pytest.mark.parametrize("scroll_param", ["no scroll", "x" * 5_000])
def test_a_parameter_that_was_never_given_is_not_found(recorder: Recorder, scroll_param: str) -> None:
    ask(recorder)
    with pytest.raises(NotFound):
        ask(recorder, scroll_param)


def test_R83_another_workspace_has_a_scroll_of_its_own(recorder: Recorder) -> None:
    first = ask(recorder)
    other = create_workspace(recorder.conn, "Globex", NOW).app_id
    with pytest.raises(NotFound):
        scroll(recorder.conn, other, first.scroll_param, NOW)
    assert scroll(recorder.conn, other, None, NOW) == ScrollPage((), None)
