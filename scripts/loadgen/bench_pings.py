"""Pings recorded a second: many that share a commit, beside one commit each.

All servers are the product, each with a database of its own, and answer only after a commit with FULL.
Two give every ping a commit of its own: as SQLAlchemy does it on aiosqlite, by which the figure is judged,
and by the product's own writer, which shows what sharing alone brings.
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
DEFAULT_STACK: Final = "one commit each by SQLAlchemy on aiosqlite"
ONE_EACH: Final = "one commit each by our own writer"
AT_LEAST: Final = 5.0


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    pings: int


FULL: Final = Size(rounds=5, pings=4000)
QUICK: Final = Size(rounds=2, pings=400)


def pings(size: Size) -> Figure:
    with ExitStack() as stack:
        workspaces = {
            name: stack.enter_context(own_server(dashboards=False, serve=serve))
            for name, serve in {
                PRODUCT: (),
                DEFAULT_STACK: _program("default_stack.py"),
                ONE_EACH: _program("one_commit_each.py"),
            }.items()
        }
        rounds, notes = uvloop.run(_rounds(workspaces, size))
    default_stack, one_each = (Side(name, rounds[name]) for name in (DEFAULT_STACK, ONE_EACH))
    figure = Figure(
        name=f"pings recorded a second, {CLIENTS} clients",
        unit="/s",
        reach=f"at least {AT_LEAST:g} times {DEFAULT_STACK}",
        ours=Side(PRODUCT, rounds[PRODUCT]),
        others=[default_stack, one_each],
        reached=False,
        note="; ".join([f"{size.pings:,} pings a round, {size.rounds} rounds", *notes]),
    )
    figure = figure.noted(
        f"judged by the x{figure.ratio(default_stack):.2f} to SQLAlchemy on aiosqlite; "
        f"sharing commits alone brings x{figure.ratio(one_each):.2f}"
    )
    return figure.judged(figure.ratio(default_stack) >= AT_LEAST)


def _program(name: str) -> list[str]:
    return [sys.executable, "-P", str(Path(__file__).with_name(name))]


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
