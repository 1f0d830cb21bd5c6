"""One stream of heartbeats for many tabs: who leads, who follows, what counts as visible, and how it ends."""

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from support.browser import eventually, freeze, hear_all, pass_time, resume, stop_clock, watch_network
from support.customer_site import CustomerSite, snippet
from support.messenger_server import (
    APP_ID,
    HEARTBEAT,
    HIDDEN_HEARTBEAT,
    LEAVE,
    Frame,
    MessengerServer,
    contact_of,
)

pytestmark = pytest.mark.browser

FOLLOWING = "Porchlight.silence.includes('another tab')"
LEADING = "Porchlight.silence === ''"


@pytest.fixture
def shop(site: CustomerSite, messenger: MessengerServer) -> str:
    site.page("shop", snippet(messenger, "{user_id: '7'}"))
    return site.url("shop")


def leading_tab(context: BrowserContext, url: str, messenger: MessengerServer) -> Page:
    """The first tab of a context, whose clock stands still a second after it began to beat."""
    stop_clock(context)
    watch_network(context)
    page = context.new_page()
    page.goto(url)
    page.wait_for_function(f"window.Porchlight && ({FOLLOWING} || {LEADING})")
    page.clock.run_for(200)  # where there are no locks, it waits so long for another that leads
    messenger.wait_for(lambda: messenger.heartbeats, what="the first heartbeat")
    page.clock.run_for(1_000)
    hear_all(page)
    return page


def following_tab(context: BrowserContext, url: str) -> Page:
    """A further tab, which has heard of the one that leads, and so that one of it."""
    page = context.new_page()
    page.goto(url)
    page.wait_for_function(f"window.Porchlight && {FOLLOWING} && heard.some((said) => said.leading)")
    return page


def hidden(page: Page) -> None:
    """Until the page knows that it is."""
    page.wait_for_function("document.visibilityState === 'hidden'", polling=50)


def beats_of(messenger: MessengerServer, socket: int) -> list[Frame]:
    return [beat for beat in messenger.heartbeats if beat.socket == socket]


def test_R1_a_heartbeat_goes_as_the_socket_opens_and_then_at_the_servers_pace(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = leading_tab(context, shop, messenger)
    for beats in (2, 3, 4):
        pass_time(page, 30)
        messenger.wait_for(lambda beats=beats: len(messenger.heartbeats) == beats)
    assert {frame.text for frame in messenger.frames} == {HEARTBEAT}
    assert len(messenger.sockets) == 1


def test_R1_the_server_sets_the_pace(context: BrowserContext, shop: str, messenger: MessengerServer) -> None:
    messenger.heartbeat_seconds = 0.2
    page = leading_tab(context, shop, messenger)
    seen = len(messenger.heartbeats)
    pass_time(page, 5)
    # A second apart, however often the server wants them: 20 frames in 10 s are its limit.
    assert len(messenger.heartbeats) == seen + 5


def test_R3_two_tabs_keep_one_stream(context: BrowserContext, shop: str, messenger: MessengerServer) -> None:
    leader = leading_tab(context, shop, messenger)
    follower = following_tab(context, shop)
    pass_time(leader, 90)
    assert len(messenger.heartbeats) == 4
    assert len(messenger.pings) == 2
    assert [page.evaluate("opened") for page in (leader, follower)] == [1, 0]


def test_R3_a_follower_whose_update_was_answered_still_says_that_another_beats(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    leading_tab(context, shop, messenger)
    follower = following_tab(context, shop)
    follower.evaluate("Intercom('update', {plan: 'pro'})")
    pass_time(follower, 1)
    assert [ping.source for ping in messenger.pings] == ["apiBoot", "apiBoot", "apiUpdate"]
    assert follower.evaluate(FOLLOWING)


def test_R3_two_people_or_two_profiles_keep_a_stream_each(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    leading_tab(context, shop, messenger)
    site.page("other", snippet(messenger, "{user_id: '8'}"))
    context.new_page().goto(site.url("other"))
    messenger.wait_for(lambda: len(messenger.open_sockets) == 2)
    assert len({socket.contact_id for socket in messenger.sockets}) == 2


@pytest.mark.parametrize(
    "host", ["localhost", "shop.test"], ids=["with locks", "without locks, by plain http"]
)
def test_R3_the_next_tab_takes_over_at_once_when_the_leader_is_closed(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer, host: str
) -> None:
    url = site.url("shop", host)
    leader = leading_tab(context, url, messenger)
    assert leader.evaluate("Boolean(navigator.locks)") is (host == "localhost")
    followers = [following_tab(context, url), following_tab(context, url)]
    leader.close()
    for follower in followers:
        follower.wait_for_function("navigator.locks || heard.some((said) => said.word === 'bye')")
    follower.clock.run_for(300)  # at once where there are locks; where there are none, they draw lots
    # Without locks both may begin, and one makes room before it has beaten.
    messenger.wait_for(lambda: messenger.heartbeats[-1].socket > 1 and len(messenger.open_sockets) == 1)
    assert messenger.leaves == []


def test_R3_a_crashed_leader_is_succeeded(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    leader = leading_tab(context, shop, messenger)
    following_tab(context, shop)
    with pytest.raises(Error, match="crash"):
        leader.goto("chrome://crash")
    messenger.wait_for(lambda: beats_of(messenger, socket=2))


@pytest.mark.parametrize(
    "host", ["localhost", "shop.test"], ids=["with locks", "without locks, by plain http"]
)
def test_R3_a_stuck_leader_is_overtaken_by_a_tab_that_is_looked_at(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer, host: str
) -> None:
    messenger.heartbeat_seconds = 3
    watch_network(context)
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        tab.goto(site.url("shop", host))
        tab.wait_for_function(f"window.Porchlight && ({FOLLOWING} || {LEADING})")
    # Time runs: Playwright's clock would wait for the one that is stuck. Who leads may be settled late.
    eventually(lambda: sorted(leads(tabs)) == [False, True])
    leader = tabs[leads(tabs).index(True)]
    hear_all(leader)

    def overtaken() -> None:
        seen = len(messenger.sockets)
        messenger.wait_for(lambda: messenger.heartbeats[-1].socket > seen)

    site.page("stuck", "<!doctype html>")
    site.hold("stuck", until=overtaken)
    leader.evaluate(
        """setTimeout(() => {
          const answer = new XMLHttpRequest();
          answer.open('GET', '/stuck', false);
          answer.send();
          window.overtaken = answer.status === 200;
        })"""
    )
    leader.wait_for_function("window.overtaken", timeout=90_000)
    # Back to itself, it makes room, or (without locks) is made room for.
    messenger.wait_for(lambda: len(messenger.open_sockets) == 1)
    eventually(lambda: sorted(leads(tabs)) == [False, True])


def leads(tabs: list[Page]) -> list[bool]:
    return [tab.evaluate(LEADING) for tab in tabs]


def test_without_a_channel_between_them_each_tab_keeps_its_own_stream(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    context.add_init_script("delete window.BroadcastChannel")
    for _ in range(2):
        context.new_page().goto(shop)
    messenger.wait_for(lambda: len({beat.socket for beat in messenger.heartbeats}) == 2)


def test_R6_a_hidden_tab_beats_on_and_says_that_it_is_hidden(
    window: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.heartbeat_seconds = 1
    page = window.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.heartbeats)
    assert messenger.frames[0].text == HEARTBEAT
    behind = window.new_page()
    behind.bring_to_front()
    messenger.wait_for(lambda: [beat.text for beat in messenger.heartbeats[-2:]] == [HIDDEN_HEARTBEAT] * 2)
    page.bring_to_front()
    messenger.wait_for(lambda: messenger.heartbeats[-1].text == HEARTBEAT)


def test_R6_looking_at_the_page_again_beats_at_once(
    window: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = leading_tab(window, shop, messenger)
    window.new_page().bring_to_front()
    hidden(page)
    page.bring_to_front()
    messenger.wait_for(lambda: messenger.heartbeats[1:])
    assert messenger.heartbeats[1].text == HEARTBEAT


def test_a_hidden_leader_says_visible_while_another_tab_is_looked_at(
    window: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    leader = leading_tab(window, shop, messenger)
    follower = following_tab(window, shop)
    hidden(leader)
    pass_time(leader, 60)
    assert [beat.text for beat in messenger.heartbeats] == [HEARTBEAT] * 3
    window.new_page().bring_to_front()
    leader.wait_for_function("!heard.at(-1).visible", polling=50)
    pass_time(leader, 30)
    assert messenger.heartbeats[-1].text == HIDDEN_HEARTBEAT
    follower.bring_to_front()
    messenger.wait_for(lambda: messenger.heartbeats[-1].text == HEARTBEAT)
    assert len(messenger.sockets) == 1


def test_R6_a_frozen_tab_falls_silent_and_beats_within_a_second_of_being_resumed(
    window: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = leading_tab(window, shop, messenger)
    window.new_page().bring_to_front()
    hidden(page)
    freeze(page)
    messenger.wait_for(lambda: messenger.sockets[0].closed_at)
    assert messenger.leaves == []
    beats = len(messenger.heartbeats)
    resume(page)
    messenger.wait_for(lambda: len(messenger.heartbeats) > beats)  # in no time: the clock stands still


def test_R6_when_the_leader_is_frozen_another_tab_takes_over(
    window: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    leader = leading_tab(window, shop, messenger)
    following_tab(window, shop)
    hidden(leader)
    freeze(leader)
    messenger.wait_for(lambda: beats_of(messenger, socket=2))
    resume(leader)
    leader.wait_for_function(FOLLOWING, polling=50)
    messenger.wait_for(lambda: len(messenger.open_sockets) == 1)


def test_R2_walking_from_page_to_page_and_back_says_no_goodbye(
    window: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer
) -> None:
    site.page("away", "<!doctype html>")
    page = leading_tab(window, shop, messenger)
    page.evaluate("window.sameAsBefore = true")
    page.goto(site.url("away"))
    messenger.wait_for(lambda: messenger.sockets[0].closed_at)
    page.evaluate("history.back()")
    messenger.wait_for(lambda: beats_of(messenger, socket=2))
    page.wait_for_url(shop, wait_until="commit")
    # The browser kept the page, and the messenger in it: nothing was loaded or told anew.
    assert page.evaluate("window.sameAsBefore") is True
    assert len(messenger.pings) == 1
    assert messenger.leaves == []


def test_R7_shutdown_of_the_last_tab_leaves(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    leader = leading_tab(context, shop, messenger)
    follower = following_tab(context, shop)
    leader.evaluate("Intercom('shutdown')")
    messenger.wait_for(lambda: beats_of(messenger, socket=2))
    follower.wait_for_function("heard.some((said) => said.word === 'out')")
    assert messenger.leaves == []
    follower.evaluate("Intercom('shutdown')")
    messenger.wait_for(lambda: messenger.sockets[1].closed_at)
    assert [frame.text for frame in messenger.frames if frame.socket == 2] == [HEARTBEAT, LEAVE]
    assert messenger.sockets[1].close_code == 1000
    assert messenger.leaves


@pytest.mark.parametrize("then", ["", f"; Intercom('boot', {{app_id: '{APP_ID}', user_id: '8'}})"])
def test_R7_tabs_that_sign_out_together_leave_too(
    context: BrowserContext, site: CustomerSite, shop: str, messenger: MessengerServer, then: str
) -> None:
    leader = leading_tab(context, shop, messenger)
    follower = following_tab(context, shop)
    for page in (leader, follower):
        page.evaluate(
            f"void (new BroadcastChannel('sign-out').onmessage = () => {{ Intercom('shutdown'){then} }})"
        )
    site.page("account", "<!doctype html>")
    account = context.new_page()
    account.goto(site.url("account"))
    account.evaluate("new BroadcastChannel('sign-out').postMessage('all of you')")
    messenger.wait_for(lambda: messenger.leaves)
    next_one = [contact_of("8")] if then else []
    messenger.wait_for(lambda: [socket.contact_id for socket in messenger.open_sockets] == next_one)


def test_R7_shutdown_without_a_socket_leaves_by_http(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.socket_mode = "refuse"
    page = context.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.http_heartbeats)
    page.evaluate("Intercom('shutdown'); location.href = '/gone'")
    messenger.wait_for(lambda: messenger.leaves)
    assert messenger.http_heartbeats[-1].body == {"ticket": "ticket-1", "leave": True}


def test_R7_shutdown_while_the_first_ping_is_under_way_leaves(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    messenger.ping_hangs = True
    page = context.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.pings)
    page.evaluate("Intercom('shutdown')")
    messenger.ping_hangs = False
    messenger.wait_for(lambda: messenger.leaves)
    assert messenger.sockets == []


@pytest.mark.parametrize(("next_id", "left"), [("8", True), ("7", False)])
def test_R7_another_who_signs_in_while_the_first_ping_is_under_way_leaves_for_the_former(
    context: BrowserContext, shop: str, messenger: MessengerServer, next_id: str, left: bool
) -> None:
    watch_network(context)
    messenger.ping_hangs = True
    page = context.new_page()
    page.goto(shop)
    messenger.wait_for(lambda: messenger.pings)
    page.evaluate(f"Intercom('shutdown'); Intercom('boot', {{app_id: '{APP_ID}', user_id: '{next_id}'}})")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    messenger.ping_hangs = False
    messenger.wait_for(lambda: messenger.heartbeats)
    hear_all(page)
    [socket] = messenger.sockets
    leaves = [beat.body["ticket"] for beat in messenger.http_heartbeats]
    assert len(leaves) == left
    assert socket.ticket not in leaves


def test_after_shutdown_nothing_is_sent_and_no_timer_runs(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = leading_tab(context, shop, messenger)
    page.evaluate("Intercom('shutdown'); Intercom('update'); Intercom('trackEvent', 'late')")
    messenger.wait_for(lambda: messenger.sockets[0].closed_at)
    page.clock.run_for(3 * 3600_000)
    page.evaluate("dispatchEvent(new Event('focus')); dispatchEvent(new Event('online'))")
    page.clock.run_for(60_000)
    assert page.evaluate("[fetched, opened]") == [["/messenger/web/ping"], 1]
    assert [frame.text for frame in messenger.frames] == [HEARTBEAT, LEAVE]


def test_a_storm_of_events_stays_under_twenty_frames_in_ten_seconds(
    context: BrowserContext, shop: str, messenger: MessengerServer
) -> None:
    page = leading_tab(context, shop, messenger)
    for _ in range(50):
        page.evaluate(
            "dispatchEvent(new Event('focus')); document.dispatchEvent(new Event('visibilitychange'))"
        )
        page.clock.run_for(200)
    pass_time(page, 30)
    assert 3 <= len(messenger.heartbeats) <= 20
