"""Pings recorded a second: many that share a commit, beside one commit each.

Both servers are the product, each with a database of its own, and answer only after a commit with FULL.
Half of a round's pings are of new people, half of people that the round before brought.
"""

import sys
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import uvloop

from .contenders import PRODUCT
from .crowd import Crowd
from .figures import Figure, Side
from .machine import Process, own_cpu_seconds
from .product import OWN_ORIGIN, Workspace, own_server
from .report import SATURATED

CLIENTS: Final = 64
ONE_EACH: Final = "one commit each"
AT_LEAST: Final = 5.0


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    pings: int


FULL: Final = Size(rounds=5, pings=4000)
QUICK: Final = Size(rounds=2, pings=400)


def pings(size: Size) -> Figure:
    single = [sys.executable, "-P", str(Path(__file__).with_name("one_commit_each.py"))]
    with ExitStack() as stack:
        workspaces = {
            PRODUCT: stack.enter_context(own_server(dashboards=False)),
            ONE_EACH: stack.enter_context(own_server(dashboards=False, serve=single)),
        }
        rounds, notes = uvloop.run(_rounds(workspaces, size))
    figure = Figure(
        name=f"pings recorded a second, {CLIENTS} clients",
        unit="/s",
        reach=f"at least {AT_LEAST:g} times one commit each",
        ours=Side(PRODUCT, rounds[PRODUCT]),
        others=[Side(ONE_EACH, rounds[ONE_EACH])],
        reached=False,
        note="; ".join([f"{size.pings:,} pings a round, {size.rounds} rounds", *notes]),
    )
    return figure.judged(figure.ratio(figure.others[0]) >= AT_LEAST)


async def _rounds(workspaces: dict[str, Workspace], size: Size) -> tuple[dict[str, list[float]], list[str]]:
    errors: Counter[str] = Counter()
    crowds = {
        name: Crowd(workspace, origin=OWN_ORIGIN, errors=errors) for name, workspace in workspaces.items()
    }
    step = size.pings // 2
    for crowd in crowds.values():
        await crowd.ping_all(range(step), clients=CLIENTS)
    servers = {name: Process(workspace.pid or 0) for name, workspace in workspaces.items()}
    rounds: dict[str, list[float]] = defaultdict(list)
    spent: dict[str, list[float]] = defaultdict(list)
    busiest = 0.0
    for number in range(size.rounds):
        for name in sorted(crowds, reverse=bool(number % 2)):
            own, cpu = own_cpu_seconds(), servers[name].cpu_seconds()
            done = await crowds[name].ping_all(
                range(number * step, number * step + 2 * step), clients=CLIENTS
            )
            rounds[name].append(done.answered / done.seconds)
            spent[name].append((servers[name].cpu_seconds() - cpu) * 1e6 / max(1, done.answered))
            busiest = max(busiest, (own_cpu_seconds() - own) / done.seconds)
    for crowd in crowds.values():
        crowd.close()
    notes = [f"errors: {dict(errors)}"] if errors else []
    notes += [f"server CPU a ping, {name}: {median(cost):,.0f} us" for name, cost in spent.items()]
    notes.append(
        f"the generator used up to {busiest:.0%} of a core" + (" (saturated)" * (busiest > SATURATED))
    )
    return rounds, notes
