"""The embed script in a page: how it is loaded and booted, and what it tells the server of whom."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page

from support.customer_site import CustomerSite, snippet
from support.messenger_server import APP_ID, HEARTBEAT, MessengerServer, contact_of

pytestmark = pytest.mark.browser


def script_tag(messenger: MessengerServer) -> str:
    return f'<script src="{messenger.widget_url}"></script>'


def opened(context: BrowserContext, site: CustomerSite, html: str) -> Page:
    site.page("page", "<!doctype html><title>Shop</title>" + html)
    page = context.new_page()
    page.goto(site.url("page"))
    return page


def test_the_usual_snippet_boots_from_intercom_settings_and_beats(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    page = opened(
        context, site, snippet(messenger, '{app_id: "uabc1234", user_id: "7", name: "Ada", plan: "pro"}')
    )
    messenger.wait_for(lambda: messenger.heartbeats)
    (ping,) = messenger.pings
    assert ping.source == "apiBoot"
    assert ping.fields["app_id"] == APP_ID
    anonymous_id = page.evaluate("Intercom('getVisitorId')")
    assert ping.user_data == {"user_id": "7", "name": "Ada", "plan": "pro", "anonymous_id": anonymous_id}
    assert messenger.frames[0].text == HEARTBEAT
    assert messenger.sockets[0].contact_id == contact_of("7")
    page.wait_for_function("Porchlight.silence === ''")


def test_a_ping_says_which_page_it_comes_from(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    site.page("first", f"<!doctype html><a href='{site.url('page?q=1#top')}'>next</a>")
    site.page("page", snippet(messenger))
    page = context.new_page()
    page.goto(site.url("first"))
    page.click("a")
    page.wait_for_url(site.url("page?q=1#top"))
    ping = messenger.wait_for(lambda: messenger.pings)[0]
    assert ping.fields["platform"] == "web"
    assert ping.fields["referer"] == site.url("page?q=1#top")
    assert ping.fields["referrer"] == site.url("first")
    assert ping.fields["page_title"] == "Shop"
    assert ping.fields["timezone"] == page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")


def test_another_origin_needs_no_preflight_and_gets_no_cookies(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    context.add_cookies([{"name": "session", "value": "secret", "url": messenger.origin}])
    messenger.socket_mode = "refuse"
    opened(context, site, snippet(messenger)).evaluate("Intercom('trackEvent', 'looked', {price: 3})")
    messenger.wait_for(lambda: messenger.http_heartbeats and messenger.events)
    (ping,) = messenger.pings
    assert ping.content_type.startswith("application/x-www-form-urlencoded")
    assert ping.origin == site.url("").rstrip("/")
    assert ping.cookies == ""
    assert messenger.http_heartbeats[0].content_type.startswith("text/plain")
    assert messenger.preflights == []


def test_what_was_queued_before_the_script_came_is_done_in_order(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    queue = """<script>
      const standIn = window.Intercom = function () { standIn.q.push(arguments); };
      standIn.q = [];
      Intercom('boot', {app_id: 'uabc1234', email: 'ada@example.com'});
      Intercom('update', {plan: 'pro'});
      Intercom('trackEvent', 'queued');
      window.kept = standIn;
    </script>"""
    page = opened(context, site, queue + script_tag(messenger))
    messenger.wait_for(lambda: messenger.events)
    (ping,) = messenger.pings
    assert ping.source == "apiBoot"
    assert (ping.user_data["email"], ping.user_data["plan"]) == ("ada@example.com", "pro")
    assert messenger.events[0].fields["event_name"] == "queued"
    page.evaluate("kept('trackEvent', 'by one who kept the stand-in')")
    messenger.wait_for(lambda: len(messenger.events) == 2)
    assert messenger.events[1].fields["event_name"] == "by one who kept the stand-in"


def test_without_settings_nothing_is_sent_or_stored_until_boot(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    page = opened(context, site, script_tag(messenger))
    assert page.evaluate(
        "[Intercom('getVisitorId') === undefined, document.cookie, localStorage.length]"
    ) == [
        True,
        "",
        0,
    ]
    assert "not booted" in page.evaluate("Porchlight.silence")
    page.evaluate("Intercom('trackEvent', 'too early')")
    page.evaluate("Intercom('boot', {user_id: '7'})")
    messenger.wait_for(lambda: messenger.heartbeats)
    assert [ping.user_data["user_id"] for ping in messenger.pings] == ["7"]
    page.evaluate("Intercom('trackEvent', 'in time')")
    messenger.wait_for(lambda: messenger.events)
    assert [event.fields["event_name"] for event in messenger.events] == ["in time"]


def test_settings_further_down_the_page_boot_too(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    opened(context, site, script_tag(messenger) + "<script>intercomSettings = {user_id: '7'}</script>")
    assert messenger.wait_for(lambda: messenger.pings)[0].user_data["user_id"] == "7"


@pytest.mark.parametrize("key", ["app_id", "appId"])
def test_before_boot_an_update_boots_only_where_it_names_the_app(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer, key: str
) -> None:
    page = opened(context, site, script_tag(messenger))
    page.evaluate("Intercom('update'); Intercom('update', {user_id: 'nobody'}); Intercom('update', null)")
    assert page.evaluate("Porchlight.booted") is False
    page.evaluate(f"Intercom('update', {{{key}: 'ubcd2345', user_id: '7'}})")
    messenger.wait_for(lambda: messenger.heartbeats)
    (ping,) = messenger.pings
    assert ping.fields["app_id"] == "ubcd2345"
    assert ping.user_data["user_id"] == "7"


def test_settings_of_the_messenger_are_never_sent_as_attributes(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    settings = {
        **{"app_id": APP_ID, "appId": APP_ID, "api_base": "https://api-iam.intercom.io", "region": "eu"},
        **{"installation_type": "npm-package", "hide_default_launcher": True, "last_request_at": 1},
        **{"alignment": "left", "vertical_padding": 1, "horizontal_padding": 1, "z_index": 9},
        **{
            "custom_launcher_selector": "#x",
            "action_color": "red",
            "background_color": "red",
            "link_color": "red",
        },
        **{
            "session_duration": 5,
            "language_override": "de",
            "hide_notifications": True,
            "theme_mode": "dark",
        },
        **{"auth_tokens": {"a": "b"}, "anonymous_id": "forged", "page_title": "Checkout"},
    }
    page = opened(
        context, site, snippet(messenger, json.dumps({**settings, "plan": "pro", "utm_source": "ad"}))
    )
    (ping,) = messenger.wait_for(lambda: messenger.pings)
    visitor_id = page.evaluate("Intercom('getVisitorId')")
    assert ping.user_data == {"plan": "pro", "utm_source": "ad", "anonymous_id": visitor_id}
    assert ping.fields["page_title"] == "Checkout"


def test_values_that_json_cannot_carry_are_dropped_and_dates_become_seconds(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    page = opened(context, site, "<p>hi</p>" + script_tag(messenger))
    page.evaluate(
        """() => {
          const loop = {name: 'Initech', company_id: '1'};
          loop.self = loop;
          const settings = {
            user_id: 7, plan: 'pro', trial_ends_at: new Date(1700000000999), bad_date: new Date('x'),
            deed: () => 1, node: document.body, page: window, big: 10n, sign: Symbol('s'), none: undefined,
            nan: NaN, far: Infinity, company: loop, list: [1, () => 1, null], empty: null,
            torn: 'a\\ud800b\\0c', whole: '😀', map: new Map([[1, 2]]),
            site: new URL('https://example.com/'), deep: {a: {b: {c: {d: {e: {f: {g: 1}}}}}}},
            get trap() { throw new Error('trap'); },
            hostile: new Proxy({}, {ownKeys() { throw new Error('proxy'); }}),
          };
          Intercom('boot', settings);
        }"""
    )
    (ping,) = messenger.wait_for(lambda: messenger.pings)
    told = ping.user_data
    assert told.pop("anonymous_id")
    deep = told.pop("deep")
    assert json.dumps(deep).count("{") <= 6
    assert told == {
        **{"user_id": 7, "plan": "pro", "trial_ends_at": 1700000000, "list": [1, None], "empty": None},
        **{"company": {"name": "Initech", "company_id": "1"}, "torn": "a\ufffdb\ufffdc", "whole": "😀"},
        "site": "https://example.com/",
    }


@pytest.mark.parametrize(
    "call",
    [
        "Intercom('startTour', 5)",
        "Intercom('showSpace', 'home')",
        "Intercom('onUnreadCountChange', () => { throw 1 })",
        "Intercom('reattach_activator')",
        "Intercom('__proto__')",
        "Intercom('constructor', 'alert(1)')",
        "Intercom('toString')",
        "Intercom()",
        "Intercom(null, null)",
        "Intercom({toString() { throw 1 }})",
        "Intercom('update', 5)",
        "Intercom('update', 'text')",
        "Intercom('update', [1])",
        "Intercom('boot', new Proxy({}, {get() { throw 1 }}))",
        "Intercom('trackEvent')",
        "Intercom('trackEvent', {toString() { throw 1 }})",
    ],
)
def test_no_call_throws_or_answers_into_the_host_page(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer, call: str
) -> None:
    page = opened(context, site, script_tag(messenger))
    assert page.evaluate(f"{call} === undefined") is True
    page.evaluate("Intercom('boot', {user_id: '7'})")
    assert page.evaluate(f"{call} === undefined") is True


def test_intercom_hosts_as_api_base_are_ignored_and_the_sites_own_is_taken(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    page = opened(context, site, script_tag(messenger))
    page.evaluate("Intercom('boot', {api_base: 'https://api-iam.eu.intercom.io', user_id: '1'})")
    messenger.wait_for(lambda: messenger.pings)
    other = messenger.origin.replace("127.0.0.1", "proxy.test")
    page.evaluate(f"Intercom('shutdown'); Intercom('boot', {{api_base: '{other}/', user_id: '2'}})")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    assert [f"http://{ping.host}" for ping in messenger.pings] == [messenger.origin, other]


def test_it_adds_one_global_beside_intercoms(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    before = "<script>window.before = Object.getOwnPropertyNames(window)</script>"
    page = opened(context, site, before + script_tag(messenger))
    page.evaluate("Intercom('boot', {user_id: '7'})")
    messenger.wait_for(lambda: messenger.heartbeats)
    added = page.evaluate("Object.getOwnPropertyNames(window).filter(name => !before.includes(name))")
    assert set(added) - {"before"} == {"Intercom", "Porchlight"}
    assert page.evaluate("Intercom === Porchlight") is True


def test_loaded_twice_it_is_there_once(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    settings = "{user_id: '7'}"
    page = opened(context, site, snippet(messenger, settings) + script_tag(messenger) + script_tag(messenger))
    page.wait_for_load_state()
    messenger.wait_for(lambda: messenger.heartbeats)
    page.evaluate("Intercom('trackEvent', 'afterwards')")
    messenger.wait_for(lambda: messenger.events)
    assert [ping.source for ping in messenger.pings] == ["apiBoot"]
    assert len(messenger.sockets) == 1


def test_a_strict_policy_with_trusted_types_is_no_obstacle(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    host = messenger.origin.removeprefix("http://")
    policy = (
        f"default-src 'none'; script-src 'nonce-n' http://{host}; connect-src http://{host} ws://{host}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    html = f"<script nonce=n>intercomSettings = {{user_id: '7'}}</script>{script_tag(messenger)}"
    site.page("strict", html, {"content-security-policy": policy})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site.url("strict"))
    messenger.wait_for(lambda: messenger.heartbeats)
    page.wait_for_function("Porchlight.silence === ''")
    assert complaints == []


def test_a_policy_that_blocks_sockets_leaves_the_http_heartbeat(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    host = messenger.origin.removeprefix("http://")
    site.page("strict", snippet(messenger), {"content-security-policy": f"connect-src http://{host}"})
    context.new_page().goto(site.url("strict"))
    messenger.wait_for(lambda: messenger.http_heartbeats or messenger.heartbeats)
    assert messenger.http_heartbeats[0].body == {"ticket": "ticket-1", "visible": True}
    assert messenger.sockets == []


def test_a_page_that_is_prerendered_says_nothing_until_someone_looks(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    site.page("page", snippet(messenger))
    page = context.new_page()
    # Chromium prerenders nothing while it is driven from outside, so the page is told that it is.
    page.add_init_script("Object.defineProperty(document, 'prerendering', {value: true, configurable: true})")
    page.goto(site.url("page"))
    page.wait_for_function("window.Porchlight && Porchlight.silence.includes('prerendered')")
    assert messenger.pings == []
    page.evaluate("delete document.prerendering; document.dispatchEvent(new Event('prerenderingchange'))")
    messenger.wait_for(lambda: messenger.heartbeats)
    assert [ping.source for ping in messenger.pings] == ["apiBoot"]
