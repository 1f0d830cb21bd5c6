"""Two reads side by side: for what takes long and falls in two.

SQLite answers a statement in one thread, which leaves a machine's other cores idle. Whoever reads may hand half of
it to another reader, where one is free. That one's snapshot is a moment younger.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
U = TypeVar("U")

Lender: TypeAlias = Callable[[Callable[[Connection], Any]], Future[Any] | None]

LENDER: Final = "porchlight.lender"
"""Under this name a connection's ``info`` has what gives work to another reader, where there are others."""


def has_others(conn: Connection) -> bool:
    """Whether there are other readers at all: without, to cut in two what can't be cut evenly costs more."""
    return LENDER in conn.info


def abreast(
    conn: Connection, first: Callable[[Connection], T], second: Callable[[Connection], U]
) -> tuple[T, U]:
    """What both return; the second is done here too where no other reader has begun it by then.

    Raises what either raises.
    """
    lend: Lender | None = conn.info.get(LENDER)
    elsewhere = lend(second) if lend is not None else None
    try:
        here = first(conn)
    except BaseException:
        if elsewhere is not None:
            elsewhere.cancel()
        raise
    # Nobody waits for a reader that is not at it already: all of them might be waiting so.
    if elsewhere is None or elsewhere.cancel():
        return here, second(conn)
    return here, elsewhere.result()
