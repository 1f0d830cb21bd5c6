"""The tracker over a restart: who was online is online still, and goes off on time. Rule R5."""

import pytest

from app.presence.lease_file import UNTIL
from app.storage.database import Database
from app.wire import EXPIRED
from support.people import add_people
from support.presence import ADA, APP, BOB, START, Socket, World


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
    await durable_world.write_down()
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
    await after.write_down()
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


def test_R5_nobody_was_online_while_no_server_ran(durable_world: World) -> None:
    durable_world.tracker.ping(APP, ADA, START)
    durable_world.leases.close()
    after = World(durable_world.folder, START + 8 * 3_600)
    after.tracker.restore(after.now)
    after.sweep()
    slot = after.tracker.lease(APP, ADA).slot
    assert slot.times[slot.at + UNTIL] == START + 120
    assert after.dots() == [(8 * 3_600, False)]


async def test_ticket_that_has_outlived_its_contact_keeps_no_dot_on(world: World, database: Database) -> None:
    ada, bob = world.tracker.lease(APP, ADA), world.tracker.lease(APP, BOB)
    socket = Socket(world.now)
    world.tracker.open(ada, socket)
    world.beat(ada)
    world.beat(bob)
    await database.write(lambda conn: add_people(conn, APP, [BOB]))
    await world.ledger.flush(database)
    assert world.tracker.online_ids(APP) == {BOB: None}.keys()
    assert (socket.closed_with, world.tracker.farewell(APP, ADA)) == (EXPIRED, EXPIRED)
    assert world.dots() == [(0, True), (0, False)]


async def test_R73_sighting_of_one_that_went_up_in_another_harms_neither(
    world: World, database: Database
) -> None:
    world.beat(world.tracker.lease(APP, BOB))
    world.tracker.merge(APP, BOB, ADA, world.now)
    await database.write(lambda conn: add_people(conn, APP, [ADA]))
    await world.ledger.flush(database)
    assert world.tracker.is_online(APP, ADA)
    assert world.tracker.farewell(APP, BOB) is None
