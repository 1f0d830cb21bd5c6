"""The servers that stand side by side in a benchmark, each started by itself and read by the same means."""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import baseline
from .crowd import Crowd
from .fleet import Fleet
from .machine import Process
from .messenger import Tally
from .product import OWN_ORIGIN, Workspace, free_port, own_server, serving
from .web import Target

PRODUCT: Final = "Porchlight"
DEFAULTS: Final = "uvicorn's defaults"
TUNED: Final = "tuned baseline"

_SOME_TICKET: Final = "t" * 120
"""The baseline checks none; this one makes its request as long as ours."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A running server. The baselines have no workspace: their sockets need no ping."""

    name: str
    url: str
    pid: int
    workspace: Workspace | None

    @property
    def process(self) -> Process:
        return Process(self.pid)


class Visitors:
    """Messengers of one contender: pinged where it wants pings, then connected."""

    def __init__(self, contender: Contender) -> None:
        self.tally = Tally()
        self.process = contender.process
        self._crowd: Crowd | None = None
        path_of: Callable[[int], str] = _path_with_any_ticket
        if contender.workspace is not None:
            self._crowd = Crowd(contender.workspace, origin=OWN_ORIGIN, errors=self.tally.errors)
            path_of = self._crowd.path_of
        self.fleet = Fleet(Target.of(contender.url), self.tally, path_of, origin=OWN_ORIGIN)

    async def ping(self, numbers: Iterable[int]) -> None:
        if self._crowd is not None:
            await self._crowd.ping_all(numbers)

    async def close(self) -> None:
        await self.fleet.close()
        if self._crowd is not None:
            self._crowd.close()

    def trouble(self) -> Counter[str]:
        """Errors and lost sockets, by kind; a round with any of them is not worth much."""
        return self.tally.errors + Counter({f"closed with {k}": n for k, n in self.tally.closes.items()})


def _path_with_any_ticket(number: int) -> str:
    return f"/messenger/socket?ticket={_SOME_TICKET}{number}"


@contextmanager
def product() -> Iterator[Contender]:
    with own_server(dashboards=False) as workspace:
        assert workspace.pid is not None
        yield Contender(PRODUCT, workspace.url, workspace.pid, workspace)


@contextmanager
def plain(*, tuned: bool) -> Iterator[Contender]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    argv = [sys.executable, "-P", baseline.__file__, "--port", str(port), *(["--tuned"] if tuned else [])]
    with tempfile.TemporaryDirectory(prefix="baseline-") as folder, serving(argv, url, Path(folder)) as pid:
        yield Contender(TUNED if tuned else DEFAULTS, url, pid, None)


def all_of_them() -> dict[str, Callable[[], AbstractContextManager[Contender]]]:
    """How to start each, by name."""
    return {
        PRODUCT: product,
        DEFAULTS: lambda: plain(tuned=False),
        TUNED: lambda: plain(tuned=True),
    }


def in_turn(round_number: int) -> list[str]:
    """The names, beginning with another one each round, so that nobody always runs first."""
    names = list(all_of_them())
    shift = round_number % len(names)
    return names[shift:] + names[:shift]
