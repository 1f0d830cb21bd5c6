"""The live user list among a million contacts: how soon the first byte of each of its views comes.

The product serves a database that is filled beforehand, and a teammate looks at every tab in every order, at
searches, and at pages far down, one after the other, round after round. Contacts online are put into the
lease file, as a former process would leave them.
"""

import hashlib
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlencode

from app.ids import AppId, ContactId
from app.lifespan import LEASES_FOLDER
from app.presence.lease_file import LeaseFile

from . import people, product
from .contenders import PRODUCT
from .figures import Figure, Side
from .machine import queued_seconds
from .progress import Progress

MOST_MS: Final = 150.0
_SETTINGS: Final = "PORCHLIGHT_OFFLINE_SECONDS=86400\n"
"""Nobody goes offline while the rounds last."""


@dataclass(frozen=True, slots=True)
class Size:
    """``online`` counts: with few online the list is found otherwise than with many."""

    rounds: int
    contacts: int
    online: Sequence[int]


FULL: Final = Size(rounds=7, contacts=1_000_000, online=(5_000, 50_000))
QUICK: Final = Size(rounds=1, contacts=2_000, online=(100,))

_ONLINE: Final[Mapping[str, Mapping[str, str]]] = {
    f"online now, by {order} {direction}": {"tab": "online", "sort": order, "dir": direction}
    for order in ("last_seen", "name", "sessions", "created")
    for direction in ("desc", "asc")
} | {
    "online now, page 2": {"tab": "online", "page": "2"},
    "online now, a common word": {"tab": "online", "q": "ada"},
}
_EVERYBODY: Final[Mapping[str, Mapping[str, str]]] = {
    f"{tab}, by {order} {direction}": {"tab": tab, "sort": order, "dir": direction}
    for tab in ("users", "leads", "all")
    for order in ("last_seen", "name", "sessions", "created")
    for direction in ("desc", "asc")
} | {
    "a rare word": {"q": "u7777"},
    "a common word": {"q": "ada"},
    "a common word, by name": {"q": "ada", "sort": "name"},
    "a common word, page 100": {"q": "ada", "page": "100"},
    "two common words": {"q": "ada stone"},
    "two common words, by name": {"q": "ada stone", "sort": "name"},
    "page 2": {"page": "2"},
    "page 1,000": {"page": "1000"},
    "page 10,000": {"page": "10000"},
}


def first_bytes(size: Size, progress: Progress) -> Figure:
    """The time to the first byte of the slowest view."""
    looks: dict[str, list[Look]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="list-") as name:
        folder = Path(name)
        (folder / ".env").write_text(_SETTINGS, "utf-8")
        app_id = AppId(product.command(folder, "workspace", "create", "List")["app_id"])
        (database,) = (folder / "data").glob("*.db")
        ids = people.fill(database, app_id, size.contacts)
        for online in size.online:
            views = {f"{view} ({online:,} online)": query for view, query in _ONLINE.items()}
            if online == size.online[0]:
                views |= _EVERYBODY
            with _teammate(folder, app_id, ids[-online:]) as teammate:
                for number in range(size.rounds):
                    progress.show(f"{online:,} online: round {number + 1} of {size.rounds}", {})
                    for view, query in views.items():
                        looks[view].append(teammate.at(query))
    first, last, wall = (
        {view: [getattr(look, field) for look in seen] for view, seen in looks.items()}
        for field in ("first_ms", "last_ms", "wall_ms")
    )
    slowest = first[_slowest(first)[0]]
    return Figure(
        name=f"user list of {size.contacts:,} contacts, first byte of the slowest of {len(looks)} views",
        unit="ms",
        reach=f"at most {MOST_MS:.0f} ms",
        ours=Side(PRODUCT, slowest),
        others=[],
        reached=median(slowest) <= MOST_MS,
        note=f"{size.rounds} rounds, turns that the loop waited for left out; slowest first bytes: "
        f"{_told(first)}; slowest whole pages: {_told(last)}; first bytes by the wall: {_told(wall)}",
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What it took to see a view, to its first byte and to its last.

    ``wall_ms`` is to the first byte by the wall. The others leave out the time in which the server's loop or we were
    ready to run and the machine ran other programs; what its readers waited for stays in.
    """

    first_ms: float
    last_ms: float
    wall_ms: float


class Teammate:
    """Somebody with the list before their eyes."""

    def __init__(self, connection: HTTPConnection, server: int, app_id: AppId, cookie: str) -> None:
        self._connection = connection
        self._pids = server, os.getpid()
        self._path = f"/apps/{app_id}/users"
        self._headers = {"Cookie": cookie, "Accept": "text/html"}

    def at(self, query: Mapping[str, str]) -> Look:
        """Ask for a view. Raises ProductError."""
        queued, began = queued_seconds(*self._pids), time.perf_counter()
        self._connection.request("GET", f"{self._path}?{urlencode(query)}", headers=self._headers)
        answer = self._connection.getresponse()
        first, queued_at_first = time.perf_counter(), queued_seconds(*self._pids)
        page = answer.read()
        last, queued_at_last = time.perf_counter(), queued_seconds(*self._pids)
        if answer.status != 200 or b"</html>" not in page:
            raise product.ProductError(f"the list at {query} answered {answer.status}")
        return Look(
            first_ms=(first - began - (queued_at_first - queued)) * 1000,
            last_ms=(last - began - (queued_at_last - queued)) * 1000,
            wall_ms=(first - began) * 1000,
        )


@contextmanager
def _teammate(folder: Path, app_id: AppId, online: Sequence[ContactId]) -> Iterator[Teammate]:
    """Signed in at a server of its own, where ``online`` are online."""
    password = hashlib.sha256(os.urandom(16)).hexdigest()
    email = f"{len(online)}@example.com"
    product.command(folder, "admin", "create", app_id, email, "--password-stdin", stdin=password)
    with closing(LeaseFile(folder / "data" / LEASES_FOLDER)) as leases:
        for stored in leases.read():
            leases.free(stored.slot)
        now = time.time()
        for contact_id in online:
            leases.take(app_id, contact_id, now, now)
    port = product.free_port()
    url = f"http://127.0.0.1:{port}"
    argv = [*product.porchlight(), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with (
        product.serving(argv, url, folder) as pid,
        closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection,
    ):
        yield Teammate(connection, pid, app_id, product.sign_in(url, email, password))


def _slowest(times: Mapping[str, Sequence[float]]) -> list[str]:
    return sorted(times, key=lambda view: -median(times[view]))


def _told(times: Mapping[str, Sequence[float]], most: int = 3) -> str:
    return ", ".join(f"{view} {median(times[view]):.0f} ms" for view in _slowest(times)[:most])
