"""The tracker: when dots go on and off, and what the ledger is told."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.ids import AppId, ContactId
from app.presence.changes import Change
from app.presence.last_seen import Ledger
from app.presence.lease import Lease
from app.presence.lease_file import LeaseFile
from app.presence.tracker import Tracker
from app.wire import DELETED, SILENT

APP = AppId("uabcdefg")
OTHER_APP = AppId("uzzzzzzz")
ADA = ContactId("0123456789abcdef01234567")
BOB = ContactId("aaaaaaaaaaaaaaaaaaaaaaaa")
START = 1_700_000_000.0


@dataclass
class Socket:
    """A stream as the tracker sees it; remembers how it was closed."""

    opened_at: float
    heard_at: float | None = None
    has_left: bool = False
    closed_with: int | None = None
    device: str = "laptop"
    moved_to: Lease | None = None

    def close(self, code: int) -> None:
        self.closed_with = code

    def move_to(self, lease: Lease) -> None:
        self.moved_to = lease


@dataclass
class World:
    """A tracker with a clock moved by hand and everything it says written down."""

    folder: Path | None = None
    now: float = START
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = Ledger()
        self.leases = LeaseFile(self.folder)
        self.tracker = Tracker(
            offline_seconds=120.0, publish=self.changes.append, ledger=self.ledger, leases=self.leases
        )

    def pass_time(self, seconds: float) -> None:
        """Move on a quarter of a second at a time, sweeping as the server does."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + 0.25, end)
            self.sweep()

    def sweep(self) -> None:
        while self.tracker.expire(self.now, 100):
            pass

    def beat(self, lease: Lease, visible: bool = True) -> None:
        self.tracker.heartbeat(lease, self.now, visible)

    def dots(self) -> list[tuple[float, bool]]:
        """Each change of Ada's dot: seconds since the start, and whether it went on."""
        return [(change.at - START, change.online) for change in self.changes if change.contact_id == ADA]

    def crash(self) -> "World":
        """The process is gone; the next one takes up its lease file."""
        self.leases.close()
        after = World(self.folder, self.now)
        after.tracker.restore(after.now)
        return after


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def durable_world(tmp_path: Path) -> World:
    return World(tmp_path / "presence")


def test_R1_first_heartbeat_puts_the_dot_on_and_further_ones_say_nothing(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    for _ in range(10):
        world.beat(lease)
        world.pass_time(30)
    assert world.dots() == [(0, True)]
    assert world.tracker.heartbeats == 10


def test_database_is_told_of_who_comes_back_by_a_heartbeat_alone(world: World) -> None:
    world.beat(world.tracker.lease(APP, ADA))
    assert len(world.ledger) == 1


def test_R2_dot_goes_off_between_120_and_121_seconds_after_the_last_heartbeat(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    world.beat(lease)
    world.pass_time(30)
    world.beat(lease)
    world.pass_time(120)
    assert world.tracker.is_online(APP, ADA)
    world.pass_time(1)
    assert not world.tracker.is_online(APP, ADA)
    [_, (off_at, online)] = world.dots()
    assert not online
    assert 150.0 < off_at <= 151.0


def test_R2_a_ping_is_a_sign_of_life(world: World) -> None:
    world.tracker.ping(APP, ADA, world.now)
    world.pass_time(100)
    world.tracker.ping(APP, ADA, world.now)
    world.pass_time(119)
    assert world.dots() == [(0, True)]


def test_R2_opening_and_closing_a_socket_changes_no_dot(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    socket = Socket(world.now)
    world.tracker.open(lease, socket)
    assert world.dots() == []
    world.beat(lease)
    world.tracker.close(lease, socket)
    world.pass_time(119)
    assert world.dots() == [(0, True)]


def test_R3_any_device_keeps_the_one_dot_on(world: World) -> None:
    world.tracker.http_heartbeat(APP, ADA, "phone", world.now)
    for _ in range(8):
        world.pass_time(60)
        world.tracker.http_heartbeat(APP, ADA, "laptop", world.now)
    assert world.dots() == [(0, True)]


def test_R6_a_heartbeat_a_minute_is_enough(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    for _ in range(20):
        world.beat(lease, visible=False)
        world.pass_time(60)
    assert world.dots() == [(0, True)]


def test_R7_leave_of_the_last_stream_is_at_once(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    socket = Socket(world.now)
    world.tracker.open(lease, socket)
    world.beat(lease)
    world.pass_time(5)
    world.tracker.leave(lease, "laptop", world.now, socket)
    assert world.dots() == [(0, True), (5, False)]


def test_R7_leave_shows_nothing_while_another_socket_is_open(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    laptop, phone = Socket(world.now), Socket(world.now, device="phone")
    world.tracker.open(lease, laptop)
    world.tracker.open(lease, phone)
    world.beat(lease)
    world.tracker.leave(lease, "laptop", world.now, laptop)
    assert world.dots() == [(0, True)]
    world.tracker.close(lease, laptop)
    world.tracker.leave(lease, "phone", world.now, phone)
    assert world.dots() == [(0, True), (0, False)]


def test_R7_socket_that_has_left_holds_nothing_though_it_is_open_still(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    laptop = Socket(world.now, heard_at=world.now)
    phone = Socket(world.now, heard_at=world.now, device="phone")
    world.tracker.open(lease, laptop)
    world.tracker.open(lease, phone)
    world.beat(lease)
    laptop.has_left = True
    world.tracker.leave(lease, "laptop", world.now, laptop)
    assert world.dots() == [(0, True)]
    phone.has_left = True
    world.tracker.leave(lease, "phone", world.now, phone)
    assert world.dots() == [(0, True), (0, False)]


@pytest.mark.parametrize(("silence", "stays_on"), [(60, True), (60.25, False)])
def test_R7_http_stream_holds_the_dot_when_heard_in_the_last_60_seconds(
    world: World, silence: float, stays_on: bool
) -> None:
    lease = world.tracker.lease(APP, ADA)
    world.tracker.http_heartbeat(APP, ADA, "phone", world.now)
    world.pass_time(silence)
    world.beat(lease)
    world.tracker.leave(lease, "laptop", world.now)
    assert world.tracker.is_online(APP, ADA) is stays_on


def test_R7_leave_by_http_ends_the_device_that_said_so(world: World) -> None:
    world.tracker.http_heartbeat(APP, ADA, "phone", world.now)
    world.tracker.leave(world.tracker.lease(APP, ADA), "phone", world.now)
    assert world.dots() == [(0, True), (0, False)]


def test_R7_half_open_socket_of_a_dead_device_holds_nothing(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    dead, laptop = Socket(world.now, heard_at=world.now, device="phone"), Socket(world.now)
    world.tracker.open(lease, dead)
    world.tracker.open(lease, laptop)
    for _ in range(5):
        world.beat(lease)
        world.pass_time(30)
    world.tracker.leave(lease, "laptop", world.now, laptop)
    assert not world.tracker.is_online(APP, ADA)


@pytest.mark.parametrize(("silence", "stays_on"), [(60, True), (60.25, False)])
def test_R7_another_socket_of_the_same_browser_counts_when_heard_in_the_last_60_seconds(
    world: World, silence: float, stays_on: bool
) -> None:
    lease = world.tracker.lease(APP, ADA)
    lost = Socket(world.now, heard_at=world.now)
    world.tracker.open(lease, lost)
    world.pass_time(silence)
    back = Socket(world.now, heard_at=world.now)
    world.tracker.open(lease, back)
    world.beat(lease)
    world.tracker.leave(lease, "laptop", world.now, back)
    assert world.tracker.is_online(APP, ADA) is stays_on


@pytest.mark.parametrize("by_http", [False, True])
def test_R7_half_open_socket_of_the_leaving_browser_holds_the_dot_for_60_seconds(
    world: World, by_http: bool
) -> None:
    lease = world.tracker.lease(APP, ADA)
    lost = Socket(world.now, heard_at=world.now)
    world.tracker.open(lease, lost)
    world.beat(lease)
    world.pass_time(20)
    back = None if by_http else Socket(world.now, heard_at=world.now)
    if back is None:
        world.tracker.http_heartbeat(APP, ADA, "laptop", world.now)
    else:
        world.tracker.open(lease, back)
        world.beat(lease)
    world.tracker.leave(lease, "laptop", world.now, back)
    world.pass_time(60)
    assert world.dots() == [(0, True), (60.25, False)]


def test_R7_second_tab_that_beats_on_keeps_the_dot(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    tab, other = Socket(world.now, heard_at=world.now), Socket(world.now, heard_at=world.now)
    world.tracker.open(lease, tab)
    world.tracker.open(lease, other)
    world.beat(lease)
    world.tracker.leave(lease, "laptop", world.now, tab)
    for _ in range(10):
        world.pass_time(30)
        world.beat(lease)
    assert world.dots() == [(0, True)]


def test_leave_of_somebody_offline_says_nothing(world: World) -> None:
    world.tracker.leave(world.tracker.lease(APP, ADA), "laptop", world.now)
    assert world.changes == []


def test_changes_alternate_and_tell_since_and_last_seen(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    world.beat(lease)
    world.pass_time(30)
    world.beat(lease)
    world.pass_time(130)
    world.beat(lease)
    assert [change.online for change in world.changes] == [True, False, True]
    off = world.changes[1]
    assert (off.since, off.last_seen_at) == (START, START + 30)
    presence = world.tracker.presence(APP, ADA)
    assert presence is not None
    assert (presence.online, presence.since) == (True, START + 160)


def test_R10_visible_heartbeats_are_activity_and_hidden_ones_are_not(world: World) -> None:
    world.tracker.ping(APP, ADA, world.now)
    lease = world.tracker.lease(APP, ADA)
    world.pass_time(30)
    world.beat(lease)
    assert world.tracker.active_at(APP, ADA) == START + 30
    world.pass_time(30)
    world.beat(lease, visible=False)
    assert world.tracker.active_at(APP, ADA) == START + 30


def test_R10_heartbeat_after_half_an_hour_of_inactivity_is_no_activity(world: World) -> None:
    world.tracker.ping(APP, ADA, world.now)
    lease = world.tracker.lease(APP, ADA)
    for _ in range(60):
        world.pass_time(30)
        world.beat(lease, visible=False)
    world.beat(lease)
    assert world.tracker.active_at(APP, ADA) == world.now
    for _ in range(61):
        world.pass_time(30)
        world.beat(lease, visible=False)
    before = world.tracker.active_at(APP, ADA)
    world.beat(lease)
    assert world.tracker.active_at(APP, ADA) == before
    world.tracker.ping(APP, ADA, world.now)
    assert world.tracker.active_at(APP, ADA) == world.now


@pytest.mark.parametrize(("pause", "counts"), [(1500, True), (1801, False)])
def test_R10_activity_is_remembered_while_the_dot_is_off(world: World, pause: float, counts: bool) -> None:
    world.tracker.ping(APP, ADA, world.now)
    lease = world.tracker.lease(APP, ADA)
    world.pass_time(pause)
    assert not world.tracker.is_online(APP, ADA)
    world.beat(world.tracker.lease(APP, ADA))
    assert world.tracker.active_at(APP, ADA) == (world.now if counts else START)
    del lease


async def written(world: World) -> None:
    """Stand in for the database: everything in the ledger counts as committed."""

    class Wrote:
        async def write(self, work: object) -> None:
            del work

    await world.ledger.flush(Wrote())  # type: ignore[arg-type]


async def test_nothing_is_kept_of_a_contact_long_gone(world: World) -> None:
    world.tracker.ping(APP, ADA, world.now)
    world.pass_time(125)
    await written(world)
    assert world.tracker.presence(APP, ADA) is not None
    world.pass_time(2000)
    assert world.tracker.find(APP, ADA) is None
    assert world.tracker.presence(APP, ADA) is None


def test_socket_that_never_spoke_is_closed_at_the_offline_time(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    socket = Socket(world.now)
    world.tracker.open(lease, socket)
    world.pass_time(119)
    assert socket.closed_with is None
    world.pass_time(2)
    assert socket.closed_with == SILENT


def test_socket_that_fell_silent_is_kept_for_a_frozen_page_to_resume_on(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    socket = Socket(world.now, heard_at=world.now)
    world.tracker.open(lease, socket)
    world.beat(lease)
    world.pass_time(1000)
    assert socket.closed_with is None
    world.pass_time(400)
    assert socket.closed_with == SILENT


def test_forgotten_contact_goes_off_and_its_sockets_are_closed(world: World) -> None:
    lease = world.tracker.lease(APP, ADA)
    socket = Socket(world.now)
    world.tracker.open(lease, socket)
    world.beat(lease)
    world.tracker.forget(APP, ADA, world.now)
    assert socket.closed_with == DELETED
    assert world.dots() == [(0, True), (0, False)]
    assert world.tracker.farewell(APP, ADA) == DELETED
    assert world.tracker.farewell(APP, BOB) is None


def test_forgotten_contact_that_is_readmitted_can_come_back(world: World) -> None:
    world.tracker.forget(APP, ADA, world.now)
    world.tracker.readmit(APP, ADA)
    world.tracker.readmit(APP, BOB)
    assert world.tracker.farewell(APP, ADA) is None


def test_R83_the_same_id_in_another_workspace_is_somebody_else(world: World) -> None:
    world.tracker.ping(APP, ADA, world.now)
    assert not world.tracker.is_online(OTHER_APP, ADA)
    assert world.tracker.presence(OTHER_APP, ADA) is None
    assert world.tracker.online_count(OTHER_APP) == 0
    assert world.tracker.online_counts() == {APP: 1}


def test_arrivals_are_those_who_came_online_since_newest_first(world: World) -> None:
    world.tracker.ping(APP, ADA, world.now)
    rendered_at = world.now
    world.pass_time(1)
    world.tracker.ping(APP, BOB, world.now)
    third = ContactId("bbbbbbbbbbbbbbbbbbbbbbbb")
    world.tracker.ping(APP, third, world.now)
    world.tracker.ping(APP, ADA, world.now)
    assert world.tracker.arrivals(APP, rendered_at) == [third, BOB]
    assert list(world.tracker.online_ids(APP)) == [ADA, BOB, third]


def test_R5_after_a_crash_who_was_online_is_online_still_and_no_dot_flips(durable_world: World) -> None:
    lease = durable_world.tracker.lease(APP, ADA)
    durable_world.beat(lease)
    durable_world.pass_time(29)
    durable_world.beat(lease)
    after = durable_world.crash()
    assert after.tracker.is_online(APP, ADA)
    presence = after.tracker.presence(APP, ADA)
    assert presence is not None
    assert (presence.since, presence.last_seen_at) == (START, START + 29)
    after.pass_time(10)
    after.beat(after.tracker.lease(APP, ADA))
    after.pass_time(60)
    assert after.changes == []


def test_R5_after_a_crash_the_dot_goes_off_on_time_and_never_early(durable_world: World) -> None:
    lease = durable_world.tracker.lease(APP, ADA)
    durable_world.beat(lease)
    durable_world.pass_time(90)
    durable_world.beat(lease)
    after = durable_world.crash()
    after.pass_time(120)
    assert after.changes == []
    after.pass_time(1)
    [change] = after.changes
    assert (change.online, change.since) == (False, START)


def after_a_power_cut(world: World, seconds: float) -> World:
    """The next process on a machine that stood still for ``seconds``."""
    assert world.folder is not None
    world.leases.close()
    (world.folder / "boot").write_text("an earlier one")
    after = World(world.folder, world.now + seconds)
    after.tracker.restore(after.now, lost_seconds=34)
    return after


@pytest.mark.parametrize(("stood_still", "goes_off_after"), [(50, 34 + 120), (10, 10 + 120)])
def test_R5_after_a_power_cut_no_dot_goes_off_before_a_lost_heartbeat_would_let_it(
    durable_world: World, stood_still: float, goes_off_after: float
) -> None:
    durable_world.tracker.ping(APP, ADA, durable_world.now)
    after = after_a_power_cut(durable_world, stood_still)
    after.pass_time(goes_off_after - stood_still)
    assert after.changes == []
    after.pass_time(1)
    [change] = after.changes
    assert (change.online, change.since) == (False, START)


def test_R5_after_a_power_cut_nobody_comes_back_who_was_off(durable_world: World) -> None:
    durable_world.tracker.ping(APP, ADA, durable_world.now)
    durable_world.pass_time(121)
    after = after_a_power_cut(durable_world, 0)
    presence = after.tracker.presence(APP, ADA)
    assert presence is not None
    assert (presence.online, presence.last_seen_at) == (False, START)


def test_R5_interval_that_ended_just_before_a_crash_is_still_told(durable_world: World) -> None:
    durable_world.tracker.ping(APP, ADA, durable_world.now)
    durable_world.pass_time(121)
    assert len(durable_world.ledger) == 1
    after = durable_world.crash()
    assert not after.tracker.is_online(APP, ADA)
    assert len(after.ledger) == 1


async def test_R5_interval_that_was_written_is_not_told_again(durable_world: World) -> None:
    durable_world.tracker.ping(APP, ADA, durable_world.now)
    durable_world.pass_time(121)
    await written(durable_world)
    after = durable_world.crash()
    assert len(after.ledger) == 0
    assert after.tracker.active_at(APP, ADA) == START


async def test_R5_contact_that_came_back_before_its_interval_was_written(durable_world: World) -> None:
    durable_world.tracker.ping(APP, ADA, durable_world.now)
    durable_world.pass_time(121)
    durable_world.tracker.ping(APP, ADA, durable_world.now)
    after = durable_world.crash()
    assert after.tracker.is_online(APP, ADA)
    assert len(after.ledger) == 1
    await written(after)
    again = after.crash()
    assert again.tracker.is_online(APP, ADA)
    assert len(again.ledger) == 0


def test_R5_a_clock_that_went_back_keeps_no_dot_on_for_longer(durable_world: World) -> None:
    durable_world.pass_time(50)
    durable_world.tracker.ping(APP, ADA, durable_world.now)
    durable_world.now = START
    after = durable_world.crash()
    after.pass_time(121)
    assert not after.tracker.is_online(APP, ADA)


# Two that were one person all along


def merged_world(world: World) -> tuple[Lease, Lease]:
    """Bob the lead goes up in Ada."""
    bob, ada = world.tracker.lease(APP, BOB), world.tracker.lease(APP, ADA)
    return bob, ada


def test_R73_sockets_of_the_one_keep_the_dot_of_the_other_on(world: World) -> None:
    bob, ada = merged_world(world)
    socket = Socket(world.now)
    world.tracker.open(bob, socket)
    world.beat(bob)
    world.tracker.merge(APP, BOB, ADA, world.now)
    assert socket.moved_to is ada
    assert world.tracker.online_ids(APP) == {ADA: None}.keys()
    world.pass_time(100)
    world.beat(ada)
    world.tracker.close(ada, socket)
    world.pass_time(200)
    assert world.dots() == [(0, True), (pytest.approx(220, abs=1), False)]


@pytest.mark.parametrize("silence", [0.0, 30.0, 119.0])
def test_R73_last_beat_of_the_one_counts_for_the_other_and_no_longer(world: World, silence: float) -> None:
    bob, ada = merged_world(world)
    world.beat(ada)
    world.pass_time(200)
    world.beat(bob)
    world.pass_time(silence)
    world.tracker.merge(APP, BOB, ADA, world.now)
    world.pass_time(300)
    assert [online for _, online in world.dots()] == [True, False, True, False]
    assert 320 <= world.dots()[-1][0] <= 321


def test_R73_dot_that_is_on_stays_on(world: World) -> None:
    bob, ada = merged_world(world)
    world.beat(ada)
    world.pass_time(60)
    world.beat(bob)
    world.tracker.merge(APP, BOB, ADA, world.now)
    world.pass_time(100)
    assert world.dots() == [(0, True)]
    world.pass_time(100)
    assert 180 <= world.dots()[-1][0] <= 181


def test_R73_tickets_of_the_one_count_for_the_other(world: World) -> None:
    world.tracker.merge(APP, BOB, ADA, world.now)
    world.tracker.http_heartbeat(APP, BOB, "phone", world.now)
    assert world.tracker.is_online(APP, ADA)
    assert world.tracker.lease(APP, BOB) is world.tracker.lease(APP, ADA)
    world.tracker.forget(APP, ADA, world.now)
    assert world.tracker.farewell(APP, BOB) == DELETED


def test_R73_merge_outlives_a_crash(durable_world: World) -> None:
    bob, _ = merged_world(durable_world)
    durable_world.beat(bob)
    durable_world.leases.close()
    after = World(durable_world.folder, durable_world.now + 10)
    after.tracker.inherit(APP, BOB, ADA)
    assert after.tracker.restore(after.now) == 1
    assert after.tracker.is_online(APP, ADA)
    after.pass_time(200)
    assert 120 <= after.dots()[-1][0] <= 121
    again = after.crash()
    assert again.tracker.online_count(APP) == 0


def test_R83_merge_in_one_workspace_is_none_in_another(world: World) -> None:
    world.tracker.merge(APP, BOB, ADA, world.now)
    world.tracker.ping(OTHER_APP, BOB, world.now)
    assert world.tracker.is_online(OTHER_APP, BOB)
