"""The pure parts of the dashboard's scripts, run where they run: in a browser."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.dashboard.moments import ago
from app.search.clauses import bounds_of
from app.search.fields import FilterFields
from app.search.query import Comparison, read_filter
from app.static_files import static_dir

pytestmark = pytest.mark.browser

ORIGIN = "http://dashboard.test"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that may import the modules."""
    context = browser.new_context()
    page = context.new_page()
    page.route(
        f"{ORIGIN}/**",
        lambda route: (
            route.fulfill(content_type="text/html", body="<!doctype html><body></body>")
            if route.request.url == f"{ORIGIN}/"
            else route.fulfill(path=static_dir() / route.request.url.removeprefix(f"{ORIGIN}/static/"))
        ),
    )
    page.goto(f"{ORIGIN}/")
    yield page
    context.close()


def call(page: Page, module: str, expression: str) -> Any:
    """What ``expression`` gives, with the module's exports in scope as ``m``."""
    return page.evaluate(
        f"async () => {{ const m = await import('/static/dashboard/{module}'); return ({expression}); }}"
    )


@pytest.mark.parametrize(
    "seconds",
    [-5, 0, 59.9, 60, 119.9, 120, 3_599, 3_600, 7_300, 86_399, 86_400, 2_591_999, 2_592_000, 4e7, 9e8],
)
def test_page_and_server_tell_time_in_the_same_words(page: Page, seconds: float) -> None:
    assert call(page, "moments.js", f"m.ago({seconds})") == ago(seconds)


def test_last_seen_of_those_online_and_of_those_never_seen(page: Page) -> None:
    assert call(page, "live.js", "m.lastSeenWords('now', 1000)") == "just now"
    assert call(page, "live.js", "m.lastSeenWords('', 1000)") == "never"
    assert call(page, "live.js", "m.lastSeenWords('400', 1000)") == "10 minutes ago"


ASKED = """(() => {
  const sockets = [];
  const asked = [];
  window.WebSocket = class { static OPEN = 1; constructor() { sockets.push(this); } send() {} };
  window.setTimeout = () => 0;
  window.fetch = async () => { asked.push(sockets.length); return { status: 503 }; };
  m.keepDotsAlive(document.body).watchPage();
  for (let time = 1; time <= 32; time++) {
    const socket = sockets.at(-1);
    if (time === 25) socket.onopen();
    socket.onclose({ code: 1006 });
    dispatchEvent(new Event("online"));
  }
  return asked;
})()"""


def test_whether_the_session_is_over_is_asked_at_the_first_refusal_and_each_tenth(page: Page) -> None:
    asked = call(page, "live.js", ASKED)
    page.goto(f"{ORIGIN}/")  # without the stand-ins
    assert asked == [1, 11, 21, 26]


def test_whether_the_session_is_over_is_asked_again_where_nobody_could_say(page: Page) -> None:
    turns = "for (let turn = 0; turn < 9; turn++) await null;"
    away = ASKED.replace("(() =>", "(async () =>", 1)
    away = away.replace("return { status", "if (asked.length < 3) throw new TypeError(); return { status")
    away = away.replace('Event("online"));', f'Event("online")); {turns}')
    asked = call(page, "live.js", away)
    page.goto(f"{ORIGIN}/")
    assert asked == [1, 2, 3, 13, 23, 26]


FAREWELL = """{"type": "error.list", "errors": [{"code": "not_found", "message": "Resource Not Found"}]}"""


@pytest.mark.parametrize(
    ("status", "body", "is_farewell"),
    [
        (200, "{}", False),
        (401, FAREWELL.replace("not_found", "unauthorized"), True),
        (401, "<h1>Whom do I have the honour?</h1>", True),
        (404, FAREWELL, True),
        (404, "{}", False),
        (404, "null", False),
        (404, "<h1>No such backend</h1>", None),
        (403, FAREWELL, True),
        (403, "<h1>Forbidden</h1>", None),
        (400, FAREWELL, False),
        (502, "<h1>Bad Gateway</h1>", False),
        (503, FAREWELL, False),
    ],
)
def test_a_page_is_over_where_the_server_itself_refuses_it_and_not_where_a_proxy_does(
    page: Page, status: int, body: str, is_farewell: bool | None
) -> None:
    answer = f"new Response({json.dumps(body)}, {{ status: {status} }})"
    assert call(page, "live.js", f"await m.isFarewell({answer}).catch(() => null)") is is_farewell


def test_an_import_is_followed_on_where_a_proxy_answers_for_a_moment(page: Page) -> None:
    page.evaluate("""() => {
      document.body.innerHTML = '<section id="import" data-progress-url="/p"><p data-words></p></section>';
      const answers = [new Response("<h1>Not found</h1>", { status: 404 }), Response.json({ words: "3 of 9" })];
      window.fetch = async () => answers.shift();
      window.setInterval = (tick) => (window.tick = tick);
      window.clearInterval = () => (window.tick = () => {});
    }""")
    told = call(
        page, "imports.js", "(await tick(), await tick(), document.querySelector('[data-words]').textContent)"
    )
    page.goto(f"{ORIGIN}/")  # without the stand-ins
    assert told == "3 of 9"


@pytest.mark.parametrize("operator", ["more_than", "less_than", "exactly"])
@pytest.mark.parametrize("days", [-3, 0, 0.5, 3])
def test_R42_editor_and_server_mean_the_same_instants(page: Page, operator: str, days: float) -> None:
    node = read_filter({"field": "created_at", "operator": operator, "value": days}, FilterFields())
    assert isinstance(node, Comparison)
    after, before = bounds_of(node, 1_700_000_000.0, "UTC")
    told = call(page, "filters.js", f"m.instantsOf('{operator}', {days}, 1700000000)")
    assert told == {"after": after, "before": before}


def test_the_editor_tells_instants_of_relative_dates_alone(page: Page) -> None:
    words = "m.instantWords('{}', '{}', 1700000000, (at) => `@${{at}}`)"
    assert call(page, "filters.js", words.format("more_than", "-3")) == "That is before @1700259200"
    assert (
        call(page, "filters.js", words.format("exactly", "1"))
        == "That is after @1699827200, before @1699913600"
    )
    for operator, value in (("on", "3"), ("more_than", ""), ("more_than", "x"), ("more_than", "1e9")):
        assert call(page, "filters.js", words.format(operator, value)) == ""


ON, OFF = {"online": True, "last_seen_at": 5}, {"online": False, "last_seen_at": 5}


def replay(page: Page, steps: list[Any]) -> dict[str, Any]:
    """Feed watches (lists of ids) and frames (objects) to the state; what it knows, and what changed."""
    return call(  # type: ignore[no-any-return]
        page,
        "presence.js",
        f"""(() => {{
          let state = m.NOBODY; const changed = [];
          for (const step of {json.dumps(steps)}) {{
            if (Array.isArray(step)) state = m.watching(state, step);
            else {{
              const next = m.applyDiff(state, {{ type: 'presence', contacts: step }});
              state = next.state; changed.push(next.changed);
            }}
          }}
          return {{ known: Object.fromEntries(state.known), changed, awaits: state.awaitsSnapshot }};
        }})()""",
    )


def test_snapshot_then_changes(page: Page) -> None:
    told = replay(page, [["a", "b"], {"a": ON, "b": OFF}, {"b": ON}])
    assert told == {"known": {"a": ON, "b": ON}, "changed": [["a", "b"], ["b"]], "awaits": False}


def test_change_of_an_earlier_watch_is_left_out_until_the_snapshot(page: Page) -> None:
    told = replay(page, [["a", "b"], {"a": OFF, "b": OFF}, ["b", "c"], {"b": ON}, {"b": OFF, "c": ON}])
    assert told["changed"] == [["a", "b"], [], ["c"]]
    assert told["known"] == {"b": OFF, "c": ON}


def test_ids_that_are_not_watched_are_ignored(page: Page) -> None:
    told = replay(page, [["a"], {"a": OFF, "z": ON}])
    assert told["known"] == {"a": OFF}


def test_same_presence_again_is_no_change(page: Page) -> None:
    assert replay(page, [["a"], {"a": ON}, {"a": ON}])["changed"] == [["a"], []]


def test_page_of_nobody_awaits_nothing(page: Page) -> None:
    assert replay(page, [[]])["awaits"] is False


@pytest.mark.parametrize(
    ("frame", "is_one"),
    [
        ("{type: 'presence', contacts: {}}", True),
        ("{type: 'presence'}", False),
        ("{type: 'other', contacts: {}}", False),
        ("null", False),
        ("'presence'", False),
        ("[]", False),
    ],
)
def test_frames_of_other_kinds_are_told_apart(page: Page, frame: str, is_one: bool) -> None:
    assert call(page, "presence.js", f"m.isPresenceFrame({frame})") is is_one


def test_painting_touches_only_what_differs(page: Page) -> None:
    changes = call(
        page,
        "presence.js",
        """(async () => {
          const dot = '<i data-online="true" aria-label="Online" title="Online"></i>';
          document.body.innerHTML = `<p data-contact-id="a">${dot}</p><p data-contact-id="b">${dot}</p>`;
          const seen = [];
          const observer = new MutationObserver((all) => all.forEach((one) => seen.push(one.attributeName)));
          observer.observe(document.body, { subtree: true, attributes: true });
          m.paint(document, 'a', { online: true, last_seen_at: 1 }, () => {});
          m.paint(document, 'b', { online: false, last_seen_at: 1 }, () => {});
          await null;
          return [seen, document.querySelector('[data-contact-id="b"] i').outerHTML];
        })()""".replace("(async () =>", "await (async () =>"),
    )
    assert changes[0] == ["data-online", "aria-label", "title"]
    assert 'data-online="false" aria-label="Offline" title="Offline"' in changes[1]


@pytest.mark.parametrize(
    ("count", "more", "words"),
    [
        (1, "false", "1 new person: refresh"),
        (3, "false", "3 new people: refresh"),
        (500, "true", "500+ new people: refresh"),
        (1, "true", "1+ new people: refresh"),
    ],
)
def test_button_tells_how_many_are_new(page: Page, count: int, more: str, words: str) -> None:
    assert call(page, "list.js", f"m.newPeopleWords({count}, {more})") == words


def test_whoever_is_on_the_page_is_not_new(page: Page) -> None:
    assert call(page, "list.js", "m.countNew(['a', 'b', ''], ['b', 'c', 'd'])") == 2


def test_chart_is_told_in_words(page: Page) -> None:
    counts = "{from: 0, until: 9, at: [3600, 7200, 7260], online: [3, null, 12]}"
    words = "Peak of the last 24 hours: 12 at "
    assert call(page, "chart.js", f"m.summaryOf({counts}, 'UTC')") == f"{words}02:01"
    assert call(page, "chart.js", f"m.summaryOf({counts}, 'Asia/Kolkata')") == f"{words}07:31"
    nothing = "{from: 0, until: 9, at: [], online: []}"
    assert call(page, "chart.js", f"m.summaryOf({nothing}, 'UTC')").startswith(
        "Nobody was here in the last 24 hours"
    )
