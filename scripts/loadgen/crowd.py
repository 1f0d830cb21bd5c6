"""The people behind the messengers: who they are to the server, and the tickets that their pings brought."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final
from urllib.parse import quote, urlsplit

from .product import Workspace
from .web import Answer, Lane, Target, ping_request

CLIENTS: Final = 32
HOPELESS: Final = 50
"""So many failures, and more than half of all: the run is given up."""


class LoadError(RuntimeError):
    """The run can't go on; the message says why, in the server's words where there are any."""


@dataclass(frozen=True, slots=True)
class Pings:
    """What a batch of pings took, from the first byte sent to the last answer."""

    answered: int
    seconds: float
    latencies: list[float]


class Crowd:
    """People by number: contact id and ticket of each, once it has pinged."""

    def __init__(self, workspace: Workspace, *, origin: str, errors: Counter[str]) -> None:
        self._workspace = workspace
        self._origin = origin
        self._errors = errors
        self.target = Target.of(workspace.url)
        self.contact_ids: dict[int, str] = {}
        self._paths: dict[int, str] = {}
        self._lanes = [Lane(self.target) for _ in range(CLIENTS)]
        self._lanes_free = asyncio.Semaphore(CLIENTS)

    def path_of(self, number: int) -> str:
        """By which path, ticket included, a messenger opens its socket."""
        return self._paths[number]

    async def ping_all(
        self, numbers: Iterable[int], *, clients: int = CLIENTS, stop: asyncio.Event | None = None
    ) -> Pings:
        """Have each ping once, ``clients`` at a time. Raises LoadError when most of them are refused.

        Requests are made before the clock runs and answers are read after it, so that it measures the server.
        """
        waiting = iter([(number, self._request(number)) for number in numbers])
        answers: list[tuple[int, Answer]] = []
        latencies: list[float] = []
        lanes = [Lane(self.target) for _ in range(clients)]
        began = perf_counter()
        try:
            async with asyncio.TaskGroup() as group:
                for lane in lanes:
                    group.create_task(self._ping_on(lane, waiting, answers, latencies, stop))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        seconds = perf_counter() - began
        for lane in lanes:
            lane.close()
        answered = sum(self._take(number, answer) for number, answer in answers)
        return Pings(answered, seconds, latencies)

    async def _ping_on(
        self,
        lane: Lane,
        waiting: Iterator[tuple[int, bytes]],
        answers: list[tuple[int, Answer]],
        latencies: list[float],
        stop: asyncio.Event | None,
    ) -> None:
        for number, request in waiting:
            if stop is not None and stop.is_set():
                return
            began = perf_counter()
            try:
                answer = await lane.send(request)
            except OSError as error:
                self._failed(type(error).__name__, answers)
                continue
            latencies.append(perf_counter() - began)
            answers.append((number, answer))
            if answer.status != 200:
                self._failed(f"answered with {answer.status}", answers)

    def _failed(self, how: str, answers: list[tuple[int, Answer]]) -> None:
        self._errors[f"ping: {how}"] += 1
        failures = sum(count for kind, count in self._errors.items() if kind.startswith("ping: "))
        if failures >= HOPELESS and failures > len(answers) / 2:
            last = f"; the last answer was {answers[-1][1].text}" if answers else ""
            raise LoadError(f"{failures} pings failed ({dict(self._errors)}){last}")

    async def ping(self, number: int, sending: Callable[[], None]) -> bool:
        """One ping of somebody who is back; ``sending`` is called as it goes out. Whether it brought a ticket."""
        request = self._request(number, page=1)
        async with self._lanes_free:
            lane = self._lanes.pop()
            sending()
            try:
                answer = await lane.send(request)
            except OSError as error:
                self._errors[f"ping: {type(error).__name__}"] += 1
                return False
            finally:
                self._lanes.append(lane)
        if answer.status != 200:
            self._errors[f"ping: answered with {answer.status}"] += 1
        return self._take(number, answer)

    def close(self) -> None:
        for lane in self._lanes:
            lane.close()

    def _request(self, number: int, page: int = 0) -> bytes:
        return ping_request(
            self.target,
            self._workspace.app_id,
            number,
            origin=self._origin,
            identity_secret=self._workspace.identity_secret,
            page=page,
        )

    def _take(self, number: int, answer: Answer) -> bool:
        if answer.status != 200:
            return False
        told = json.loads(answer.body)
        for fault in told.get("errors", ()):
            self._errors[f"ping names an error: {fault}"] += 1
        self.contact_ids[number] = told["user"]["id"]
        self._paths[number] = socket_path(told["socket_url"], told["ticket"])
        return True


def socket_path(socket_url: str, ticket: str) -> str:
    """The path and query of the socket; the ticket is added where the URL does not carry it."""
    parts = urlsplit(socket_url)
    query = parts.query if "ticket=" in parts.query else f"ticket={quote(ticket, safe='')}"
    return f"{parts.path}?{query}"


def pages_of(contact_ids: Sequence[str], watchers: int, rows: int, *, seed: int = 11) -> list[list[str]]:
    """What each dashboard has on its page: ``rows`` people, spread so that everybody is watched about as often."""
    if not contact_ids:
        return []
    shuffled = list(contact_ids)
    random.Random(seed).shuffle(shuffled)
    rows = min(rows, len(shuffled))
    endless = [shuffled[index % len(shuffled)] for index in range(watchers * rows)]
    return [endless[index * rows : (index + 1) * rows] for index in range(watchers)]
