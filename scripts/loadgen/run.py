"""One load run, from the first ping to the report.

Everybody pings, then everybody's socket is opened, then dashboards come and the heartbeats
begin; some sign out and come back, half by a ping as on a new page and half with the ticket they
still have. All that is measured of the server is read from outside, around each of these steps.
"""

import asyncio
import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Final

from .crowd import Crowd, LoadError, Pings, pages_of
from .dashboards import ROWS, DashboardSocket, open_dashboard
from .dots import Dots
from .fleet import Fleet
from .machine import Memory, Process, own_cpu_seconds
from .messenger import Tally
from .pace import Departure, departures
from .product import Workspace
from .progress import Progress
from .report import Report, Second, percentiles

SETTLE_SECONDS: Final = 10.0
"""What is under way when the beating ends is waited for so long: as long as a messenger waits for its ack."""
DASHBOARD_OPENERS: Final = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for. ``leavers`` is the share of messengers that sign out once and come back."""

    users: int
    rate: float
    seconds: float
    watchers: int
    leavers: float
    origin: str


class Load:
    """Runs a plan against a workspace; ``stop`` ends it early, with a report of what there is."""

    def __init__(self, plan: Plan, workspace: Workspace, progress: Progress, stop: asyncio.Event) -> None:
        self._plan = plan
        self._workspace = workspace
        self._progress = progress
        self._stop = stop
        self._made_at = datetime.now(UTC)
        self._tally = Tally()
        self._dots = Dots()
        self._crowd = Crowd(workspace, origin=plan.origin, errors=self._tally.errors)
        self._fleet = Fleet(
            self._crowd.target, self._tally, self._crowd.path_of, origin=plan.origin, renew=self._renew
        )
        self._server = Process(workspace.pid) if workspace.pid is not None else None
        self._dashboards: list[DashboardSocket] = []
        self._acks: list[float] = []
        self._series: list[Second] = []
        self._pings = Pings(0, 0.0, [])
        self._away: set[asyncio.Task[None]] = set()

    async def run(self) -> Report:
        """Raises LoadError when it can't go on."""
        empty = self._memory()
        await self._ping()
        pinged = self._memory()
        opening = await self._connect()
        connected = self._memory()
        await self._watch()
        beating = await self._beat()
        report = self._report(opening, beating, empty, pinged, connected)
        await self._close()
        return report

    # The steps

    async def _ping(self) -> None:
        self._progress.show("Pinging", {"users": f"{self._plan.users:,}"})
        self._pings = await self._crowd.ping_all(range(self._plan.users), stop=self._stop)
        if not self._pings.answered and not self._stop.is_set():
            raise LoadError(f"no ping was answered: {dict(self._tally.errors)}")

    async def _connect(self) -> "_Span":
        self._progress.show("Connecting", {"messengers": f"{len(self._crowd.contact_ids):,}"})
        span = _Span(self._server)
        await self._fleet.open_all(sorted(self._crowd.contact_ids), stop=self._stop)
        span.end()
        if not len(self._fleet) and not self._stop.is_set():
            raise LoadError(f"no socket could be opened: {dict(self._tally.errors)}")
        span.count = len(self._fleet)
        return span

    async def _watch(self) -> None:
        contact_ids = list(self._crowd.contact_ids.values())
        pages = iter(pages_of(contact_ids, self._plan.watchers, ROWS))

        async def opener() -> None:
            for page in pages:
                if self._stop.is_set():
                    return
                socket = await open_dashboard(
                    self._crowd.target,
                    self._workspace.app_id,
                    self._workspace.cookie,
                    page,
                    self._dots,
                    self._tally.errors,
                )
                if socket is not None:
                    self._dashboards.append(socket)

        self._progress.show("Opening dashboards", {"dashboards": f"{self._plan.watchers:,}"})
        async with asyncio.TaskGroup() as group:
            for _ in range(DASHBOARD_OPENERS):
                group.create_task(opener())

    async def _beat(self) -> "_Span":
        self._tally.ack_seconds.clear()
        span = _Span(self._server)
        sampler = asyncio.create_task(self._sample(span.began))
        leaver = asyncio.create_task(self._let_leave(span.began))
        _, span.worst_pause = await self._fleet.beat_all(self._plan.rate, self._plan.seconds, stop=self._stop)
        span.end()
        await self._let_come_back(leaver)
        await _cancelled(leaver)
        await self._fleet.settle(SETTLE_SECONDS)
        for _ in range(int(SETTLE_SECONDS / 0.05)):
            if not self._dots.outstanding or self._stop.is_set():
                break
            await asyncio.sleep(0.05)
        await _cancelled(sampler)
        self._acks += self._tally.ack_seconds
        self._dots.close()
        return span

    async def _let_leave(self, began: float) -> None:
        numbers = {contact_id: number for number, contact_id in self._crowd.contact_ids.items()}
        plan = departures(
            sorted(numbers.values()),
            self._plan.seconds,
            first=[numbers[contact_id] for contact_id in self._dots.watched()],
            share=self._plan.leavers,
        )
        try:
            for departure in plan:
                await asyncio.sleep(max(0.0, began + departure.leaves_at - perf_counter()))
                self._go_away(departure, began)
            if self._away:
                await asyncio.wait(self._away)
        finally:
            for task in self._away:
                task.cancel()

    def _go_away(self, departure: Departure, began: float) -> None:
        contact_id = self._crowd.contact_ids[departure.who]
        at = perf_counter()
        if not self._fleet.leave(departure.who):
            return
        self._dots.expect(contact_id, online=False, at=at)
        # Whoever left late, on a machine with much to do, is away for as long all the same.
        returns_at = max(began + departure.returns_at, at + departure.returns_at - departure.leaves_at)
        task = asyncio.create_task(self._come_back(departure, contact_id, returns_at))
        self._away.add(task)
        task.add_done_callback(self._away.discard)

    async def _come_back(self, departure: Departure, contact_id: str, at: float) -> None:
        await asyncio.sleep(max(0.0, at - perf_counter()))

        def first_sign() -> None:
            self._dots.expect(contact_id, online=True, at=perf_counter())

        if departure.pings and not await self._crowd.ping(departure.who, first_sign):
            return
        if await self._fleet.open(departure.who):
            if not departure.pings:
                first_sign()
            self._fleet.beat(departure.who)

    async def _let_come_back(self, leaver: "asyncio.Task[None]") -> None:
        """Wait for those who are on their way back, unless the run is stopped."""
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait({leaver, stopped}, timeout=SETTLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()

    async def _sample(self, began: float) -> None:
        """Once a second: a point of the series, the progress, and sockets without an ack are given up."""
        last = _Point(began, self._tally, self._server)
        for second in range(1, int(self._plan.seconds) + int(SETTLE_SECONDS) + 2):
            await asyncio.sleep(max(0.0, began + second - perf_counter()))
            try:
                point = _Point(perf_counter(), self._tally, self._server)
            except LoadError:
                self._stop.set()
                raise
            acks = sorted(self._tally.ack_seconds)
            self._acks += acks
            self._tally.ack_seconds.clear()
            sample = point.since(last, began, len(self._fleet), acks)
            self._series.append(sample)
            last = point
            self._fleet.drop_unanswered(point.at)
            self._progress.show(
                f"Beating, {sample.at:.0f} of {self._plan.seconds:g} s", self._figures(sample)
            )

    def _figures(self, sample: Second) -> dict[str, str]:
        return {
            "sockets": f"{sample.open_sockets:,}",
            "sent/s": f"{sample.sent:,}",
            "acked/s": f"{sample.acked:,}",
            "server CPU": "?" if sample.server_cpu is None else f"{sample.server_cpu:.0%}",
            "own CPU": f"{sample.generator_cpu:.0%}",
            "ack p99": "-" if sample.ack_p99_ms is None else f"{sample.ack_p99_ms:.1f} ms",
            "dots seen": f"{len(self._dots.on_seconds) + len(self._dots.off_seconds):,} of {self._dots.expected:,}",
            "lost": f"{sum(self._tally.closes.values()):,}",
            "errors": f"{sum(self._tally.errors.values()):,}",
        }

    async def _close(self) -> None:
        self._progress.show("Closing", {})
        for dashboard in self._dashboards:
            dashboard.close()
        await self._fleet.close()
        self._crowd.close()

    async def _renew(self, number: int) -> bool:
        return await self._crowd.ping(number, lambda: None)

    # The figures

    def _memory(self) -> Memory | None:
        try:
            return None if self._server is None else self._server.memory()
        except PermissionError:
            return None

    def _report(
        self,
        opening: "_Span",
        beating: "_Span",
        empty: Memory | None,
        pinged: Memory | None,
        connected: Memory | None,
    ) -> Report:
        dots = self._dots
        return Report(
            made_at=self._made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            users=self._plan.users,
            rate=self._plan.rate,
            seconds=self._plan.seconds,
            watchers=self._plan.watchers,
            is_partial=self._stop.is_set(),
            machine=machine(),
            pings=self._pings.answered,
            pings_seconds=self._pings.seconds,
            ping_ms=percentiles(self._pings.latencies),
            sockets=opening.count,
            sockets_seconds=opening.seconds,
            handshake_cpu_us=_each(opening.server_cpu_seconds, opening.count, 1e6),
            memory_per_connection_bytes=_growth(pinged, connected, opening.count),
            memory_per_messenger_bytes=_growth(empty, connected, opening.count),
            beating_seconds=beating.seconds,
            heartbeats_sent=self._tally.sent,
            heartbeats_acked=self._tally.acked,
            heartbeats_waived=self._tally.waived,
            server_cpu=_each(beating.server_cpu_seconds, beating.seconds),
            cpu_us_per_acked=_each(beating.server_cpu_seconds, self._tally.acked, 1e6),
            ack_ms=percentiles(self._acks),
            dashboards=len(self._dashboards),
            dots_expected=dots.expected,
            dots_missed=dots.missed,
            dots_flickered=dots.flickers,
            green_dot_ms=percentiles(dots.on_seconds + dots.off_seconds),
            dot_on_ms=percentiles(dots.on_seconds),
            dot_off_ms=percentiles(dots.off_seconds),
            disconnects=dict(self._tally.closes),
            errors=dict(self._tally.errors),
            generator_cpu=beating.own_cpu_seconds / beating.seconds if beating.seconds else 0.0,
            generator_pause_ms=beating.worst_pause * 1000,
            series=tuple(self._series),
        )


class _Span:
    """A stretch of the run, and the CPU that it took on both sides."""

    def __init__(self, server: Process | None) -> None:
        self._server = server
        self._own_before = own_cpu_seconds()
        self._server_before = _cpu(server)
        self.began = perf_counter()
        self.seconds = 0.0
        self.own_cpu_seconds = 0.0
        self.server_cpu_seconds: float | None = None
        self.count = 0
        self.worst_pause = 0.0

    def end(self) -> None:
        self.seconds = perf_counter() - self.began
        self.own_cpu_seconds = own_cpu_seconds() - self._own_before
        now = _cpu(self._server)
        if self._server_before is not None and now is not None:
            self.server_cpu_seconds = now - self._server_before


class _Point:
    """All counters at one moment."""

    def __init__(self, at: float, tally: Tally, server: Process | None) -> None:
        self.at = at
        self._sent = tally.sent
        self._acked = tally.acked
        self._own = own_cpu_seconds()
        self._server = _cpu(server)

    def since(self, last: "_Point", began: float, open_sockets: int, acks: list[float]) -> Second:
        took = self.at - last.at
        known = self._server is not None and last._server is not None
        return Second(
            at=self.at - began,
            sent=round((self._sent - last._sent) / took),
            acked=round((self._acked - last._acked) / took),
            open_sockets=open_sockets,
            server_cpu=((self._server or 0.0) - (last._server or 0.0)) / took if known else None,
            generator_cpu=(self._own - last._own) / took,
            ack_p50_ms=_rank(acks, 0.50),
            ack_p99_ms=_rank(acks, 0.99),
        )


def _rank(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else None


def _cpu(server: Process | None) -> float | None:
    try:
        return None if server is None else server.cpu_seconds()
    except ProcessLookupError as gone:
        raise LoadError(str(gone)) from None


def _each(total: float | None, count: float, factor: float = 1.0) -> float | None:
    return None if total is None or not count else total * factor / count


def _growth(before: Memory | None, after: Memory | None, count: int) -> float | None:
    return None if before is None or after is None or not count else (after.private - before.private) / count


def machine() -> dict[str, str]:
    """Enough to tell two reports apart, and nothing that names the machine."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": f"{len(os.sched_getaffinity(0))} cores",
        "python": f"Python {platform.python_version()}",
    }


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
