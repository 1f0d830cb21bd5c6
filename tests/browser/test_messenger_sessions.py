"""What the messenger tells after boot: updates, events, and the pings that it sends by itself (rule R10)."""

import pytest
from playwright.sync_api import BrowserContext, Page

from support.browser import hear_all, pass_time, stop_clock, watch_network
from support.customer_site import CustomerSite, snippet
from support.messenger_server import LEAVE, MessengerServer, contact_of

pytestmark = pytest.mark.browser

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def shop(context: BrowserContext, site: CustomerSite, messenger: MessengerServer) -> str:
    site.page("shop", snippet(messenger, "{user_id: '7', plan: 'free'}"))
    stop_clock(context)
    watch_network(context)
    # Visibility as the test says: Playwright's pages are visible whatever stands before them.
    context.add_init_script(
        "window.shown = 'visible'; Object.defineProperty(document, 'visibilityState', {get: () => shown});"
        "window.show = (state) => { shown = state; document.dispatchEvent(new Event('visibilitychange')); }"
    )
    return site.url("shop")


def beating(context: BrowserContext, shop: str, messenger: MessengerServer) -> Page:
    """A page that beats, two seconds after its first heartbeat."""
    page = context.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.heartbeats, what="the first heartbeat")
    hear_all(page)
    page.clock.run_for(2_000)
    return page


def sources(messenger: MessengerServer) -> list[str]:
    return [ping.source for ping in messenger.pings]


def tells(page: Page, messenger: MessengerServer, event: str) -> None:
    """Whatever the page was going to send has come once this event has, and all is answered."""
    seen = len(messenger.events)
    page.evaluate(f"Intercom('trackEvent', '{event}')")
    messenger.wait_for(lambda: len(messenger.events) > seen)
    hear_all(page)


def test_R10_a_page_hidden_for_thirty_minutes_pings_when_it_is_looked_at(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate("show('hidden')")
    page.clock.fast_forward(30 * MINUTE)
    page.evaluate("show('visible')")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    assert messenger.pings[1].source == "page"
    assert messenger.pings[1].user_data == messenger.pings[0].user_data


def test_R10_a_page_hidden_for_less_does_not(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate("show('hidden')")
    page.clock.fast_forward(30 * MINUTE - 1000)
    page.evaluate("show('visible')")
    tells(page, messenger, "looked")
    assert sources(messenger) == ["apiBoot"]


def test_R10_a_page_looked_at_in_between_was_not_hidden_that_long(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    for _ in range(2):
        page.evaluate("show('hidden')")
        page.clock.fast_forward(20 * MINUTE)
        page.evaluate("show('visible')")
    tells(page, messenger, "looked")
    assert sources(messenger) == ["apiBoot"]


def test_R10_a_session_that_turns_a_day_on_a_visible_page_is_renewed(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.clock.fast_forward(24 * HOUR - 30_000)
    page.clock.run_for(1_000)
    tells(page, messenger, "almost a day")
    assert sources(messenger) == ["apiBoot"]
    messenger.user_more = {"new_session": True}
    pass_time(page, 60)
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    assert messenger.pings[1].source == "page"
    page.clock.fast_forward(23 * HOUR)
    pass_time(page, 30)
    tells(page, messenger, "the second day")
    assert len(messenger.pings) == 2
    page.clock.fast_forward(1 * HOUR)
    pass_time(page, 30)
    messenger.wait_for(lambda: len(messenger.pings) == 3)


def test_R10_a_hidden_page_waits_to_be_looked_at_before_it_renews_the_session(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.clock.fast_forward(24 * HOUR - 10 * MINUTE)
    page.evaluate("show('hidden')")
    page.clock.fast_forward(20 * MINUTE)
    pass_time(page, 60)
    tells(page, messenger, "hidden")
    assert sources(messenger) == ["apiBoot"]
    page.evaluate("show('visible')")
    messenger.wait_for(lambda: sources(messenger) == ["apiBoot", "page"])


def test_R10_the_server_knows_when_the_session_began_whatever_our_clock_says(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    now = 1_700_000_000.0
    messenger.user_more = {"session_started_at": now - 23 * 3600, "new_session": False}
    messenger.answer_more = {"now": now}
    page = beating(context, shop, messenger)
    page.clock.fast_forward(58 * MINUTE)
    page.clock.run_for(1_000)
    tells(page, messenger, "almost a day")
    assert sources(messenger) == ["apiBoot"]
    page.clock.fast_forward(3 * MINUTE)
    messenger.wait_for(lambda: sources(messenger) == ["apiBoot", "page"])
    # A server that disagrees about the day is not asked again at every heartbeat.
    pass_time(page, 300)
    tells(page, messenger, "patient")
    assert len(messenger.pings) == 2


def test_updates_carry_all_that_is_known_and_the_newest_of_it(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate(
        "Intercom('update', {plan: 'pro', seats: 3}); Intercom('update', {seats: undefined, team: 'A'})"
    )
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    told = messenger.pings[1].user_data
    assert (messenger.pings[1].source, told["user_id"]) == ("apiUpdate", "7")
    assert (told["plan"], told["seats"], told["team"]) == ("pro", 3, "A")


def test_a_flood_of_updates_becomes_one_ping_a_second_and_loses_no_last_word(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    for count in range(20):
        page.evaluate(f"for (let i = 0; i < 50; i++) Intercom('update', {{clicks: {count} * 50 + i}})")
    page.clock.run_for(1_000)
    messenger.wait_for(lambda: messenger.pings[-1].user_data.get("clicks") == 999)
    assert len(messenger.pings) == 3


def test_an_update_that_repeats_the_last_ping_within_a_second_is_not_sent(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate("Intercom('update', {plan: 'pro'})")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    hear_all(page)
    page.evaluate("Intercom('update', {plan: 'pro', last_request_at: 5})")
    page.clock.run_for(2_000)
    tells(page, messenger, "same")
    assert len(messenger.pings) == 2
    # Later it is news again: the person did something.
    page.evaluate("Intercom('update', {plan: 'pro'})")
    messenger.wait_for(lambda: len(messenger.pings) == 3)


def test_a_new_page_of_a_single_page_app_is_told_by_update(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate("history.pushState({}, '', '/cart'); document.title = 'Cart'; Intercom('update')")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    fields = messenger.pings[1].fields
    assert fields["referer"].endswith("/cart")
    assert fields["page_title"] == "Cart"


def test_a_bare_update_reads_the_settings_that_the_page_booted_from(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate("intercomSettings.plan = 'pro'; Intercom('update')")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    assert messenger.pings[1].user_data["plan"] == "pro"


def test_settings_left_by_someone_who_signed_out_name_no_one_else(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate("Intercom('shutdown'); Intercom('update')")
    assert page.evaluate("Porchlight.booted") is False
    page.evaluate("Intercom('boot', {app_id: 'uabc1234'}); Intercom('update')")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    assert "user_id" not in messenger.pings[1].user_data


def test_another_user_in_the_same_page_takes_nothing_from_the_former(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger)
    page.evaluate("Intercom('update', {user_id: '8', name: 'Bea'})")
    messenger.wait_for(lambda: messenger.sockets[-1].contact_id == contact_of("8"))
    first, second = (ping.user_data for ping in messenger.pings)
    assert second.pop("anonymous_id") != first["anonymous_id"]
    assert second == {"user_id": "8", "name": "Bea"}
    messenger.wait_for(lambda: [frame.text for frame in messenger.frames if frame.socket == 1][-1] == LEAVE)


def test_a_visitor_who_signs_in_keeps_the_browsers_id_and_moves_to_the_users_stream(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    site.page("shop", snippet(messenger, "{}"))
    page = beating(context, shop, messenger)
    page.evaluate("Intercom('update', {user_id: '7'})")
    messenger.wait_for(lambda: messenger.sockets[-1].contact_id == contact_of("7"))
    first, second = (ping.user_data for ping in messenger.pings)
    assert first["anonymous_id"] == second["anonymous_id"]
    messenger.wait_for(lambda: len(messenger.open_sockets) == 1)
    assert messenger.leaves == []


def test_events_wait_for_the_first_answer_and_keep_their_order(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.ping_hangs = True
    page = context.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.pings)
    page.evaluate("for (const name of ['one', 'two', 3]) Intercom('trackEvent', name, {price: 5, deed() {}})")
    assert messenger.events == []
    messenger.ping_hangs = False
    messenger.wait_for(lambda: len(messenger.events) == 3)
    assert [event.fields["event_name"] for event in messenger.events] == ["one", "two", "3"]
    fields = messenger.events[0].fields
    assert (fields["app_id"], fields["ticket"], fields["metadata"]) == ("uabc1234", "ticket-1", '{"price":5}')
    assert fields["created_at"].isdigit()


def test_an_event_that_the_server_could_not_take_is_sent_again(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.event_status = 503
    page = beating(context, shop, messenger)
    tells(page, messenger, "bought")
    messenger.event_status = 202
    page.clock.run_for(31_000)
    messenger.wait_for(lambda: len(messenger.events) == 2)
    tells(page, messenger, "next")
    assert [event.fields["event_name"] for event in messenger.events] == ["bought", "bought", "next"]


def test_an_event_that_the_server_refuses_is_let_go(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.event_status = 404
    page = beating(context, shop, messenger)
    tells(page, messenger, "bought")
    tells(page, messenger, "next")
    assert [event.fields["event_name"] for event in messenger.events] == ["bought", "next"]


def test_an_event_whose_ticket_has_expired_waits_for_a_new_one(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.event_status = 401
    page = beating(context, shop, messenger)
    tells(page, messenger, "bought")
    messenger.event_status = 202
    pass_time(page, 21)
    messenger.wait_for(lambda: len(messenger.events) == 2)
    assert [event.fields["ticket"] for event in messenger.events] == ["ticket-1", "ticket-2"]
