"""A process of its own for the messengers of one contender: one alone could not hold those of three.

It is told over a pipe what to do and answers with what it took, so that rounds take turns while all
connections stay open and every messenger goes on answering its server's keepalive pings.
"""

import asyncio
import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final

import uvloop

from .contenders import Contender, Visitors
from .machine import allow_files, own_cpu_seconds

ANSWER_SECONDS: Final = 300.0
_SETTLE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Connect:
    """Have so many messengers ping, where the contender wants pings, and open their sockets."""

    count: int


@dataclass(frozen=True, slots=True)
class Beat:
    """Beat at a total rate for so long, and wait for the acks."""

    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """What a deed took: CPU of the server for all of it, and the share of a core that the messengers used."""

    acked: int
    server_cpu_seconds: float
    own_cpu_share: float
    trouble: dict[str, int]


class Driver:
    """Drives one contender. Use it in a ``with`` block."""

    def __init__(self, contender: Contender) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, contender), daemon=True)
        self._name = contender.name

    def __enter__(self) -> "Driver":
        self._process.start()
        return self

    def ask(self, deed: Connect | Beat) -> Done:
        """Raises RuntimeError where no answer comes."""
        self._pipe.send(deed)
        try:
            if self._pipe.poll(ANSWER_SECONDS):
                done = self._pipe.recv()
                assert isinstance(done, Done)
                return done
        except EOFError:
            pass
        raise RuntimeError(f"the messengers of {self._name} gave no answer")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()


def _work(pipe: "Connection[Done, Connect | Beat | None]", contender: Contender) -> None:
    uvloop.run(_serve(pipe, contender))


async def _serve(pipe: "Connection[Done, Connect | Beat | None]", contender: Contender) -> None:
    visitors = Visitors(contender)
    while (deed := await asyncio.to_thread(_next, pipe)) is not None:
        acked, server, own = visitors.tally.acked, visitors.process.cpu_seconds(), own_cpu_seconds()
        began = asyncio.get_running_loop().time()
        await _do(deed, visitors)
        took = asyncio.get_running_loop().time() - began
        visitors.tally.ack_seconds.clear()
        pipe.send(
            Done(
                visitors.tally.acked - acked,
                visitors.process.cpu_seconds() - server,
                (own_cpu_seconds() - own) / took if took else 0.0,
                dict(visitors.trouble()),
            )
        )
    await visitors.close()


async def _do(deed: Connect | Beat, visitors: Visitors) -> None:
    if isinstance(deed, Connect):
        allow_files(deed.count + 1000)
        await visitors.ping(range(deed.count))
        await visitors.fleet.open_all(range(deed.count))
    else:
        await visitors.fleet.beat_all(deed.rate, deed.seconds)
        await visitors.fleet.settle(_SETTLE_SECONDS)


def _next(pipe: "Connection[Done, Connect | Beat | None]") -> Connect | Beat | None:
    """The next deed; none when nobody asks any more."""
    try:
        return pipe.recv()
    except (EOFError, OSError):
        return None
