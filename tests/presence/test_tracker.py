"""The tracker: when dots go on and off, and what the ledger is told."""

import pytest

from app.ids import ContactId
from app.wire import DELETED, SILENT
from support.presence import ADA, APP, BOB, OTHER_APP, START, Socket, World


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
    laptop, phone = Socket(world.now), Socket(world.now)
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
    laptop, phone = Socket(world.now, heard_at=world.now), Socket(world.now, heard_at=world.now)
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
    dead, laptop = Socket(world.now, heard_at=world.now), Socket(world.now)
    world.tracker.open(lease, dead)
    world.tracker.open(lease, laptop)
    for _ in range(5):
        world.beat(lease)
        world.pass_time(30)
    world.tracker.leave(lease, "laptop", world.now, laptop)
    assert not world.tracker.is_online(APP, ADA)


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


async def test_nothing_is_kept_of_a_contact_long_gone(world: World) -> None:
    world.tracker.ping(APP, ADA, world.now)
    world.pass_time(125)
    await world.write_down()
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
