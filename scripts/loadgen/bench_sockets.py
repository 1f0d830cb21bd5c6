"""Heartbeats, memory and handshakes: the product's sockets beside those of the plain Starlette app."""

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass

import uvloop

from .contenders import DEFAULTS, PRODUCT, TUNED, Contender, Visitors, all_of_them, in_turn
from .driver import Beat, Connect, Driver
from .figures import Figure, Side
from .report import SATURATED


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done in a round."""

    rounds: int
    connections: int
    rate: float
    seconds: float
    others: int = 0
    """People who ping before: they fill the database's page caches, which are bounded and no messenger's cost."""


HEARTBEATS = Size(rounds=5, connections=15_000, rate=6000, seconds=4)
HEARTBEATS_QUICK = Size(rounds=2, connections=100, rate=180, seconds=0.5)
OPENINGS = Size(rounds=3, connections=15_000, rate=6000, seconds=1, others=40_000)
OPENINGS_QUICK = Size(rounds=1, connections=100, rate=500, seconds=1)
WARM_UP = 300
"""Connections opened before the first counted one: they load what is loaded once."""


def heartbeats(size: Size) -> Figure:
    """Server CPU for each acknowledged heartbeat; all three stand, and beat in turns."""
    rounds, notes = _heartbeat_rounds(size)
    ours, defaults, tuned = (Side(name, rounds[name]) for name in (PRODUCT, DEFAULTS, TUNED))
    figure = Figure(
        name="server CPU per acknowledged heartbeat",
        unit="us",
        reach="at most a quarter of the defaults'",
        ours=ours,
        others=[defaults, tuned],
        reached=False,
        note="; ".join(
            [f"{size.connections:,} connections, {size.rate:,.0f} heartbeats/s, {size.rounds} rounds", *notes]
        ),
    )
    return figure.judged(figure.ratio(defaults) <= 0.25)


def _heartbeat_rounds(size: Size) -> tuple[dict[str, list[float]], list[str]]:
    rounds: dict[str, list[float]] = defaultdict(list)
    busiest = 0.0
    trouble: dict[str, dict[str, int]] = {}
    with ExitStack() as stack:
        drivers = {
            name: stack.enter_context(Driver(stack.enter_context(start())))
            for name, start in all_of_them().items()
        }
        for driver in drivers.values():
            driver.ask(Connect(size.connections))
            driver.ask(Beat(size.rate, size.seconds))
        for number in range(size.rounds):
            for name in in_turn(number):
                done = drivers[name].ask(Beat(size.rate, size.seconds))
                rounds[name].append(done.server_cpu_seconds * 1e6 / max(1, done.acked))
                busiest = max(busiest, done.own_cpu_share)
                trouble[name] = done.trouble
    notes = [f"trouble at {name}: {found}" for name, found in trouble.items() if found]
    notes.append(
        f"the generator used up to {busiest:.0%} of a core" + (" (saturated)" * (busiest > SATURATED))
    )
    return rounds, notes


@dataclass(frozen=True, slots=True)
class Opening:
    """What a connection cost: CPU for the handshake, memory of the socket, and with all that the ping left."""

    cpu_us: float
    socket_kb: float
    whole_kb: float


def openings(size: Size) -> list[Figure]:
    """Memory and handshake, on fresh servers each round."""
    rounds: dict[str, list[Opening]] = defaultdict(list)
    notes: list[str] = []
    starts = all_of_them()
    for number in range(size.rounds):
        for name in in_turn(number):
            with starts[name]() as contender:
                opening, trouble = uvloop.run(_opening(contender, size))
            rounds[name].append(opening)
            notes += trouble
    return [_memory_figure(rounds, size, notes), _handshake_figure(rounds, size, notes)]


async def _opening(contender: Contender, size: Size) -> tuple[Opening, list[str]]:
    visitors = Visitors(contender)
    fleet, process = visitors.fleet, visitors.process
    counted = range(WARM_UP, WARM_UP + size.connections)
    # The warm-up's sockets stay open: what they would free would be used again, and not be seen to grow.
    await visitors.ping(range(counted.stop, counted.stop + size.others))
    await visitors.ping(range(WARM_UP))
    await fleet.open_all(range(WARM_UP))
    await fleet.beat_all(WARM_UP, 1.0)
    await fleet.settle(5)
    empty = process.memory().private
    await visitors.ping(counted)
    pinged, cpu = process.memory().private, process.cpu_seconds()
    await fleet.open_all(counted)
    spent = process.cpu_seconds() - cpu
    await fleet.beat_all(size.rate, 1.2 * (WARM_UP + size.connections) / size.rate)
    await fleet.settle(5)
    full = process.memory().private
    opened = max(1, len(fleet) - WARM_UP)
    trouble = _trouble({contender.name: visitors})
    await visitors.close()
    return (
        Opening(spent * 1e6 / opened, (full - pinged) / opened / 1024, (full - empty) / opened / 1024),
        trouble,
    )


def _memory_figure(rounds: dict[str, list[Opening]], size: Size, notes: list[str]) -> Figure:
    ours, defaults, tuned = (
        Side(name, [opening.whole_kb for opening in rounds[name]]) for name in (PRODUCT, DEFAULTS, TUNED)
    )
    alone = Side(PRODUCT, [opening.socket_kb for opening in rounds[PRODUCT]])
    return Figure(
        name="user-space memory per connected messenger, whole product",
        unit="KB",
        reach="at most 3 KB",
        ours=ours,
        others=[defaults, tuned],
        reached=ours.median <= 3.0,
        note="; ".join(
            [
                f"{size.connections:,} connections after the first {WARM_UP}, each with its ping and a heartbeat, "
                f"and after {size.others:,} pings of others, by which the database's page caches are full",
                f"the socket alone {alone.median:.2f} KB",
                *notes,
            ]
        ),
    )


def _handshake_figure(rounds: dict[str, list[Opening]], size: Size, notes: list[str]) -> Figure:
    ours, defaults, tuned = (
        Side(name, [opening.cpu_us for opening in rounds[name]]) for name in (PRODUCT, DEFAULTS, TUNED)
    )
    figure = Figure(
        name="server CPU per handshake with a ticket",
        unit="us",
        reach="at most a quarter of the defaults'",
        ours=ours,
        others=[defaults, tuned],
        reached=False,
        note="; ".join(
            [f"{size.connections:,} sockets, {size.rounds} rounds; the baseline checks no ticket", *notes]
        ),
    )
    return figure.judged(figure.ratio(defaults) <= 0.25)


def _trouble(everybody: dict[str, Visitors]) -> list[str]:
    return [
        f"trouble at {name}: {dict(trouble)}"
        for name, visitors in everybody.items()
        if (trouble := visitors.trouble())
    ]
