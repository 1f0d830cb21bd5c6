"""When the way to the server breaks: which close codes bring the messenger back, how soon, and by which road."""

import pytest
from playwright.sync_api import BrowserContext, Page

from support.browser import hear_all, pass_time, stop_clock, watch_network
from support.customer_site import CustomerSite, snippet
from support.messenger_server import HEARTBEAT, MessengerServer

pytestmark = pytest.mark.browser

UNREACHABLE = "Porchlight.silence.includes('out of reach')"


def luck(value: float) -> str:
    """Script that makes all waits the longest (1) or shortest (0) that chance allows."""
    return f"Math.random = () => {min(value, 0.999999)};"


@pytest.fixture
def shop(context: BrowserContext, site: CustomerSite, messenger: MessengerServer) -> str:
    site.page("shop", snippet(messenger, "{user_id: '7'}"))
    stop_clock(context)
    watch_network(context)
    return site.url("shop")


def beating(context: BrowserContext, shop: str, messenger: MessengerServer, chance: float = 1) -> Page:
    """A page that beats, a second after its first heartbeat."""
    context.add_init_script(luck(chance))
    page = context.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.heartbeats, what="the first heartbeat")
    hear_all(page)
    page.clock.run_for(1_000)
    return page


def beating_by_http(context: BrowserContext, shop: str, messenger: MessengerServer) -> Page:
    """A page that was refused a socket, and has had the answer to its first heartbeat by HTTP."""
    messenger.socket_mode = "refuse"
    context.add_init_script(luck(1))
    page = context.new_page()
    page.goto(shop)
    notices_the_loss(page)
    page.clock.run_for(500)
    messenger.wait_for(lambda: messenger.http_heartbeats, what="the first heartbeat by HTTP")
    hear_all(page)
    return page


def notices_the_loss(page: Page) -> None:
    page.wait_for_function(f"window.Porchlight && {UNREACHABLE}")


def opened(page: Page) -> int:
    return int(page.evaluate("opened"))


@pytest.mark.parametrize("code", [1001, 1012, 4429])
def test_R5_after_a_close_it_comes_back_within_twenty_seconds_and_never_all_at_once(
    context: BrowserContext, shop: str, messenger: MessengerServer, code: int
) -> None:
    page = beating(context, shop, messenger, chance=1)
    messenger.close_sockets(code)
    notices_the_loss(page)
    page.clock.run_for(19_900)
    assert opened(page) == 1
    page.clock.run_for(200)
    assert opened(page) == 2
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket == 2)
    # Facts are not told again: a reconnect costs the database nothing.
    assert page.evaluate("fetched") == ["/messenger/web/ping"]


def test_R5_after_a_cut_it_may_come_back_at_once(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=0)
    messenger.abort_sockets()
    notices_the_loss(page)
    page.clock.run_for(1)
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket == 2)


def test_further_failures_make_the_waits_grow_to_two_minutes(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=1)
    messenger.socket_mode = "mute"
    for attempt, seconds in enumerate([20, 40, 80, 120, 120], start=1):
        messenger.close_sockets(1012)
        notices_the_loss(page)
        page.clock.run_for(seconds * 1000 - 100)
        assert opened(page) == attempt
        page.clock.run_for(200)
        messenger.wait_for(lambda attempt=attempt: messenger.heartbeats[-1].socket == attempt + 1)
        page.wait_for_function("Porchlight.silence === ''")


def test_an_acknowledged_heartbeat_ends_the_growing(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=1)
    for attempt in (2, 3, 4):
        messenger.close_sockets(1012)
        notices_the_loss(page)
        page.clock.run_for(20_001)
        messenger.wait_for(lambda attempt=attempt: messenger.heartbeats[-1].socket == attempt)
        hear_all(page)


def test_R5_an_expired_ticket_is_renewed_by_a_ping(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=1)
    messenger.close_sockets(4401)
    notices_the_loss(page)
    page.clock.run_for(19_900)
    assert page.evaluate("fetched.length") == 1
    page.clock.run_for(200)
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket == 2)
    assert [ping.source for ping in messenger.pings] == ["apiBoot", "page"]
    assert messenger.sockets[1].ticket == "ticket-2"


@pytest.mark.parametrize("code", [4400, 4403, 4410])
def test_what_the_server_forbids_never_comes_back_by_itself(
    context: BrowserContext, shop: str, messenger: MessengerServer, code: int
) -> None:
    page = beating(context, shop, messenger, chance=0)
    requests = page.evaluate("fetched.length")
    messenger.close_sockets(code)
    page.wait_for_function(f"Porchlight.silence.includes('({code})')")
    page.clock.run_for(3 * 3600_000)
    for event in ("focus", "online"):
        page.evaluate(f"dispatchEvent(new Event('{event}'))")
        page.clock.run_for(60_000)
    page.clock.fast_forward(25 * 3600_000)
    page.evaluate("dispatchEvent(new Event('focus'))")
    assert (opened(page), page.evaluate("fetched.length")) == (1, requests)
    # The site itself may say more, and if the server takes that, the stream is back.
    page.evaluate("Intercom('update', {plan: 'pro'})")
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket == 2)


def test_a_missing_ack_brings_a_new_socket_within_a_second_after_ten(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=1)
    messenger.socket_mode = "mute"
    page.evaluate("dispatchEvent(new Event('focus'))")
    messenger.wait_for(lambda: len(messenger.heartbeats) == 2)
    page.clock.run_for(9_900)
    assert opened(page) == 1
    messenger.socket_mode = "serve"
    page.clock.run_for(1_000)
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket == 2)
    messenger.wait_for(lambda: messenger.sockets[0].closed_at)


def test_frames_of_the_server_that_are_no_acks_do_no_harm(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    errors: list[str] = []
    page = beating(context, shop, messenger, chance=1)
    page.on("pageerror", lambda error: errors.append(str(error)))
    for text in ['{"type":"message","text":"hi"}', "no json", "null", "[]", '{"type":"ack"}']:
        messenger.tell_all(text)
    page.wait_for_function("received === 6")
    page.clock.run_for(30_000)
    messenger.wait_for(lambda: len(messenger.heartbeats) == 2)
    assert (errors, len(messenger.sockets)) == ([], 1)


def test_where_sockets_are_refused_it_beats_by_http_and_tries_the_socket_again_later(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating_by_http(context, shop, messenger)
    for beats in range(2, 8):
        pass_time(page, 30)
        messenger.wait_for(lambda beats=beats: len(messenger.http_heartbeats) == beats)
    assert {str(beat.body) for beat in messenger.http_heartbeats} == {
        str({"ticket": "ticket-1", "visible": True})
    }
    assert opened(page) == 1
    messenger.socket_mode = "serve"
    pass_time(page, 110)
    assert opened(page) == 1
    pass_time(page, 12)
    messenger.wait_for(lambda: messenger.heartbeats)
    by_http = len(messenger.http_heartbeats)
    pass_time(page, 60)
    messenger.wait_for(lambda: len(messenger.heartbeats) >= 3)
    assert len(messenger.http_heartbeats) == by_http
    assert messenger.heartbeats[0].text == HEARTBEAT


def test_where_the_handshake_hangs_it_beats_by_http(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.socket_mode = "hang"
    page = context.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.refused_sockets)
    page.clock.run_for(10_000)
    notices_the_loss(page)
    page.clock.run_for(500)
    messenger.wait_for(lambda: messenger.http_heartbeats)


def test_where_frames_are_swallowed_it_beats_by_http_after_a_few_sockets(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.socket_mode = "mute"
    page = context.new_page()
    page.goto(shop)
    for socket in (1, 2, 3, 4):
        messenger.wait_for(
            lambda socket=socket: messenger.heartbeats and messenger.heartbeats[-1].socket == socket
        )
        page.wait_for_function("Porchlight.silence === ''")
        page.clock.run_for(11_000)
    messenger.wait_for(lambda: messenger.http_heartbeats)
    seen = len(messenger.http_heartbeats)
    pass_time(page, 60)
    messenger.wait_for(lambda: len(messenger.http_heartbeats) >= seen + 1)
    assert opened(page) == 4


@pytest.mark.parametrize("status", [401, 403])
def test_a_ticket_that_is_refused_by_http_is_renewed_by_a_ping(
    context: BrowserContext, shop: str, messenger: MessengerServer, status: int
) -> None:
    messenger.heartbeat_status = status
    page = beating_by_http(context, shop, messenger)
    messenger.socket_mode = "serve"
    page.clock.run_for(20_500)
    messenger.wait_for(lambda: messenger.heartbeats)
    assert [ping.source for ping in messenger.pings] == ["apiBoot", "page"]


def test_two_refused_tickets_in_a_row_are_the_end(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.heartbeat_status = 403
    page = beating_by_http(context, shop, messenger)
    pass_time(page, 22)
    page.wait_for_function("Porchlight.silence.includes('4403')")
    page.clock.run_for(3600_000)
    assert page.evaluate("fetched") == ["/messenger/web/ping", "/messenger/heartbeat"] * 2


def test_a_contact_deleted_meanwhile_beats_no_more_by_http(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.heartbeat_status = 410
    page = beating_by_http(context, shop, messenger)
    page.wait_for_function("Porchlight.silence.includes('4410')")
    page.clock.run_for(3600_000)
    assert page.evaluate("fetched") == ["/messenger/web/ping", "/messenger/heartbeat"]


@pytest.mark.parametrize("status", [403, 404, 410, 413, 421])
def test_a_refused_ping_is_not_repeated(
    context: BrowserContext, shop: str, messenger: MessengerServer, status: int
) -> None:
    messenger.ping_status = status
    page = context.new_page()
    page.goto(shop)
    page.wait_for_function(f"window.Porchlight && /{status}|4410/.test(Porchlight.silence)")
    page.clock.run_for(3 * 3600_000)
    assert page.evaluate("fetched") == ["/messenger/web/ping"]
    assert opened(page) == 0


def test_a_ping_that_is_too_large_costs_what_was_said_and_not_the_dot(
    context: BrowserContext, shop: str, site: CustomerSite, messenger: MessengerServer
) -> None:
    messenger.largest_ping = 65_536
    site.page(
        "shop", snippet(messenger, "{user_id: '7', user_hash: 'h', plan: 'pro', story: 'x'.repeat(70000)}")
    )
    page = context.new_page()
    page.goto(shop)
    page.wait_for_function("window.Porchlight && Porchlight.silence.includes('413')")
    page.clock.run_for(250)
    messenger.wait_for(lambda: messenger.heartbeats)
    refused, taken = messenger.pings
    assert {"plan", "story"} <= refused.user_data.keys()
    assert {**taken.user_data, "anonymous_id": ""} == {"user_id": "7", "user_hash": "h", "anonymous_id": ""}
    page.evaluate("Intercom('update', {plan: 'team'})")
    page.clock.run_for(1_000)
    messenger.wait_for(lambda: messenger.pings[-1].user_data.get("plan") == "team")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_ping_that_a_busy_server_turns_away_is_repeated_with_its_newest_words(
    context: BrowserContext, shop: str, messenger: MessengerServer, status: int
) -> None:
    messenger.ping_status = status
    page = context.new_page()
    page.goto(shop)
    notices_the_loss(page)
    page.evaluate("Intercom('update', {plan: 'pro'})")
    messenger.ping_status = 200
    page.clock.run_for(20_000)
    messenger.wait_for(lambda: messenger.heartbeats)
    assert [ping.source for ping in messenger.pings] == ["apiBoot", "apiBoot"]
    assert messenger.pings[1].user_data["plan"] == "pro"


def test_a_dead_server_costs_the_page_nothing_but_silent_tries(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=0.5)
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.evaluate("addEventListener('unhandledrejection', (event) => console.log('unhandled', event.reason))")
    messenger.die()
    notices_the_loss(page)
    for _ in range(20):
        page.clock.run_for(30_000)
        hear_all(page)
    page.evaluate("Intercom('update', {plan: 'pro'}); Intercom('trackEvent', 'meanwhile')")
    page.clock.run_for(60_000)
    hear_all(page)
    tries = opened(page) + page.evaluate("fetched.length")
    assert tries < 60
    # What the browser itself prints of failed requests can't be helped; nothing else is heard.
    assert [text for text in heard if "ERR_" not in text and "WebSocket connection to" not in text] == []
    beats = len(messenger.heartbeats)
    messenger.come_back()
    pass_time(page, 240)
    messenger.wait_for(lambda: len(messenger.heartbeats) > beats and messenger.events)
    assert messenger.pings[-1].user_data["plan"] == "pro"


def test_a_page_opened_while_the_server_is_dead_comes_online_when_it_is_back(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    page = context.new_page()
    page.route("**/messenger/**", lambda route: route.abort())
    page.goto(shop)
    notices_the_loss(page)
    page.unroute_all()
    page.clock.run_for(20_000)
    messenger.wait_for(lambda: messenger.heartbeats)


def test_back_online_the_socket_is_renewed_within_a_second(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=1)
    page.evaluate(
        "for (const word of ['offline', 'online']) addEventListener(word, () => { window.told = word; })"
    )
    context.set_offline(True)
    page.wait_for_function("window.told === 'offline'")
    context.set_offline(False)
    page.wait_for_function("window.told === 'online'")
    page.clock.run_for(1_000)
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket == 2)


def test_R6_a_machine_that_slept_reconnects_at_once(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = beating(context, shop, messenger, chance=1)
    page.clock.fast_forward(10 * 60_000)
    page.clock.run_for(10)
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket == 2)
    assert len(messenger.pings) == 1


def test_a_socket_url_may_bring_its_ticket(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    url = messenger.origin.replace("http", "ws") + "/messenger/socket?ticket=ticket-1&shard=3"
    messenger.answer_more = {"socket_url": url}
    beating(context, shop, messenger)
    assert messenger.sockets[0].ticket == "ticket-1"
