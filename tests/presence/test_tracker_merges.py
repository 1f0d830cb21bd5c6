"""The tracker where two were one person all along. Rule R73."""

import pytest

from app.ids import ContactId
from app.presence.lease import Lease
from app.presence.lease_file import SINCE, UNTIL, owner
from app.storage.database import Database
from app.wire import DELETED
from support.presence import ADA, APP, BOB, OTHER_APP, START, Socket, World


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


async def test_R73_slot_of_one_that_was_offline_already_is_given_up_once(
    world: World, database: Database
) -> None:
    bob, _ = merged_world(world)
    world.beat(bob)
    world.pass_time(121)
    world.tracker.merge(APP, BOB, ADA, world.now)
    await world.ledger.flush(database)
    world.pass_time(3_600)
    others = [world.tracker.lease(APP, ContactId(f"{number:024x}")) for number in range(50)]
    for other in others:
        world.beat(other)
    assert len({other.slot for other in others}) == len(others)


async def test_R73_running_interval_of_the_one_ends_with_it_and_is_kept(
    world: World, database: Database
) -> None:
    bob, ada = merged_world(world)
    world.beat(bob)
    world.pass_time(60)
    world.beat(bob)
    slot = bob.slot
    world.pass_time(10)
    world.tracker.merge(APP, BOB, ADA, world.now)
    assert (owner(slot), slot.times[slot.at + SINCE], slot.times[slot.at + UNTIL]) == (
        (APP, BOB),
        START,
        START + 70,
    )
    assert len(world.ledger) == 1
    await world.ledger.flush(database)
    world.beat(world.tracker.lease(APP, ContactId("e" * 24)))
    assert ada.slot is not slot
    assert owner(slot) == (APP, ContactId("e" * 24))  # given up, and taken anew


def test_R73_last_beats_of_several_count_for_whom_they_went_up_in(world: World) -> None:
    bob, ada = merged_world(world)
    eve = world.tracker.lease(APP, ContactId("e" * 24))
    socket = Socket(world.now)
    world.tracker.open(ada, socket)
    world.beat(bob)
    world.pass_time(40)
    world.beat(eve)
    world.pass_time(60)
    world.tracker.close(ada, socket)
    socket = Socket(world.now)
    world.tracker.open(ada, socket)  # its look comes long after the others' silence is over
    world.pass_time(19)
    world.tracker.merge(APP, BOB, ADA, world.now)
    world.tracker.merge(APP, eve.contact_id, ADA, world.now)
    world.pass_time(300)
    assert world.dots() == [(119, True), (pytest.approx(160, abs=1), False)]


def test_R4_whoever_a_merge_puts_on_the_list_hides_no_other_newcomer(world: World) -> None:
    bob, _ = merged_world(world)
    world.beat(bob)
    world.pass_time(20)
    drawn_at = world.now
    world.pass_time(5)
    world.tracker.ping(APP, ContactId("e" * 24), world.now)
    world.pass_time(5)
    world.tracker.merge(APP, BOB, ADA, world.now)
    assert world.tracker.arrivals(APP, drawn_at) == [ADA, ContactId("e" * 24)]


def test_R73_merge_of_one_that_is_nowhere_leaves_nothing_behind(world: World) -> None:
    bob, _ = merged_world(world)
    world.beat(bob)
    world.pass_time(3_600)
    world.tracker.lease(APP, BOB)
    world.tracker.merge(APP, BOB, ContactId("e" * 24), world.now)
    assert ContactId("e" * 24) not in world.tracker._leases[APP]


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


def test_R73_interval_that_ended_with_a_merge_outlives_a_crash(durable_world: World) -> None:
    bob, _ = merged_world(durable_world)
    durable_world.beat(bob)
    durable_world.pass_time(30)
    durable_world.tracker.merge(APP, BOB, ADA, durable_world.now)
    durable_world.leases.close()
    after = World(durable_world.folder, durable_world.now)
    after.tracker.inherit(APP, BOB, ADA)
    assert after.tracker.restore(after.now) == 1
    assert len(after.ledger) == 1


def test_R83_merge_in_one_workspace_is_none_in_another(world: World) -> None:
    world.tracker.merge(APP, BOB, ADA, world.now)
    world.tracker.ping(OTHER_APP, BOB, world.now)
    assert world.tracker.is_online(OTHER_APP, BOB)
