"""Many messengers: opened a few at a time, beating in turn at a total rate, brought back when they are lost.

Messengers are known by their number. The fleet keeps to the contract's manners: after a lost
connection a messenger waits a random time of up to 20 s, twice as long after each further failure, a
missing ack ends a socket, and after some close codes it never comes back by itself.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Final

from .frames import upgrade_request
from .machine import source_address
from .messenger import ACK_SECONDS, HandshakeError, MessengerSocket, Tally, voices
from .pace import Pace
from .web import Target

OPENERS: Final = 64
OPEN_SECONDS: Final = 30.0
BACK_WITHIN_SECONDS: Final = 20.0
LONGEST_WAIT_SECONDS: Final = 120.0
SETTLE_TICK_SECONDS: Final = 0.02
_NEVER_AGAIN: Final = frozenset({4400, 4403, 4410})
_PING_AGAIN: Final = 4401

PathOf = Callable[[int], str]
Renew = Callable[[int], Awaitable[bool]]


async def _cannot_renew(number: int) -> bool:
    return False


class Fleet:
    """``path_of`` gives the path, with the ticket, by which a messenger opens its socket.

    ``renew`` fetches a new ticket by a ping, and says whether there is one. Whoever is lost comes back within
    ``back_within`` seconds at first.
    """

    def __init__(
        self,
        target: Target,
        tally: Tally,
        path_of: PathOf,
        *,
        origin: str,
        deflate: bool = True,
        renew: Renew = _cannot_renew,
        back_within: float = BACK_WITHIN_SECONDS,
    ) -> None:
        self._target = target
        self._tally = tally
        self._path_of = path_of
        self._origin = origin
        self._deflate = deflate
        self._renew = renew
        self._back_within = back_within
        self._voices = voices()
        self._sockets: dict[int, MessengerSocket] = {}
        self._order: list[int] = []
        self._in_order: set[int] = set()
        self._next = 0
        self._returning: set[asyncio.Task[None]] = set()
        self._opened = 0
        self._is_closing = False

    def __len__(self) -> int:
        """How many sockets are open now."""
        return len(self._sockets)

    async def open_all(self, numbers: Iterable[int], *, stop: asyncio.Event | None = None) -> int:
        """Open a socket for each; returns how many could not be. Ends early when ``stop`` is set."""
        waiting = iter(list(numbers))
        failed = 0

        async def opener() -> None:
            nonlocal failed
            for number in waiting:
                if stop is not None and stop.is_set():
                    return
                # Not in one line: += would take the count from before the wait.
                opened = await self.open(number)
                failed += not opened

        async with asyncio.TaskGroup() as group:
            for _ in range(OPENERS):
                group.create_task(opener())
        return failed

    async def open(self, number: int) -> bool:
        """Open the socket of one messenger; a failure is counted by its kind."""
        request = upgrade_request(
            self._target.authority, self._path_of(number), origin=self._origin, deflate=self._deflate
        )
        voice = self._voices[number % len(self._voices)]
        loop = asyncio.get_running_loop()

        def lost(socket: MessengerSocket, code: int) -> None:
            self._lost(number, socket, code)

        try:
            async with asyncio.timeout(OPEN_SECONDS):
                _, socket = await loop.create_connection(
                    lambda: MessengerSocket(request, voice, self._tally, lost),
                    self._target.host,
                    self._target.port,
                    local_addr=source_address(self._opened),
                )
                self._opened += 1
                await socket.opened
        except HandshakeError as refused:
            self._tally.errors[f"handshake answered with {refused.status or 'nothing'}"] += 1
            return False
        except OSError as error:
            self._tally.errors[f"connection: {type(error).__name__}"] += 1
            return False
        if number not in self._in_order:
            self._in_order.add(number)
            self._order.append(number)
        self._sockets[number] = socket
        return True

    def leave(self, number: int) -> bool:
        """Let one sign out and close; whether it had a socket to do it by."""
        socket = self._sockets.pop(number, None)
        if socket is None:
            return False
        socket.leave()
        return True

    def beat(self, number: int) -> None:
        """A heartbeat of one messenger, out of turn: the first after its socket is open."""
        socket = self._sockets.get(number)
        if socket is not None:
            socket.beat(perf_counter())

    async def beat_all(
        self, rate: float, seconds: float, *, stop: asyncio.Event | None = None
    ) -> tuple[float, float]:
        """Beat in turn at ``rate`` a second in total. Returns the seconds it took and the longest delay of a tick.

        What a late tick left undone at the end is made up for, unless it was stopped.
        """
        began = perf_counter()
        pace = Pace(rate, began, seconds)
        ends_at = began + seconds
        worst = 0.0
        last = began
        while (now := perf_counter()) < ends_at and not (stop is not None and stop.is_set()):
            worst = max(worst, now - last - pace.tick_seconds)
            last = now
            self._beat_next(pace.due(now), now)
            await asyncio.sleep(pace.tick_seconds)
        if stop is None or not stop.is_set():
            self._beat_next(pace.due(now), now)
        return perf_counter() - began, worst

    def _beat_next(self, count: int, now: float) -> None:
        sockets, order, at = self._sockets, self._order, self._next
        for _ in range(count):
            for _ in range(len(order)):
                if at >= len(order):
                    at = 0
                socket = sockets.get(order[at])
                if socket is not None:
                    break
                # Gone: the last takes its place in the turn, and it gets a new one when it is back.
                self._in_order.discard(order[at])
                order[at] = order[-1]
                order.pop()
            if not order:
                break
            at += 1
            if socket is not None and socket.is_open:
                socket.beat(now)
        self._next = at

    def drop_unanswered(self, now: float) -> None:
        """Give up sockets whose oldest heartbeat has had no ack for 10 s, as messengers do."""
        for socket in list(self._sockets.values()):
            if socket.waiting_since and now - socket.waiting_since > ACK_SECONDS:
                self._tally.errors["no ack within 10 s"] += 1
                socket.give_up()

    async def settle(self, seconds: float) -> None:
        """Wait for the acks that are still under way, but no longer than ``seconds``."""
        for _ in range(int(seconds / SETTLE_TICK_SECONDS)):
            if not any(socket.waiting_since for socket in self._sockets.values()):
                return
            await asyncio.sleep(SETTLE_TICK_SECONDS)

    async def close(self) -> None:
        self._is_closing = True
        for task in self._returning:
            task.cancel()
        await asyncio.gather(*self._returning, return_exceptions=True)
        for socket in self._sockets.values():
            socket.close()
        self._sockets.clear()
        self._order.clear()
        self._in_order.clear()
        # Let the closing frames out before the loop ends.
        await asyncio.sleep(0.05)

    def _lost(self, number: int, socket: MessengerSocket, code: int) -> None:
        if self._sockets.get(number) is socket:
            del self._sockets[number]
        self._tally.closes[str(code)] += 1
        if self._is_closing or code in _NEVER_AGAIN:
            return
        task = asyncio.get_running_loop().create_task(self._come_back(number, code))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def _come_back(self, number: int, code: int) -> None:
        within = self._back_within
        while True:
            await asyncio.sleep(random.uniform(0, within))
            if code == _PING_AGAIN and not await self._renew(number):
                return
            if await self.open(number):
                return
            within = min(2 * within, LONGEST_WAIT_SECONDS)
