"""The collector: garbage is found without ever stopping the server for long.

Python frees most objects the moment nobody refers to them. What refers to itself in a circle
(an exception and its traceback, say) is found by the garbage collector, which stops the
whole program and walks objects: about ten thousand in a millisecond. A million contacts
online are millions of objects that live for long and are in no such circle; to walk them
takes a quarter of a second, and finds nothing.

So the collector runs often over the few young objects, where the circles of ended requests
are. What lives on gathers until a walk over it takes 2 ms, and then is *frozen*: never walked
again, but freed as ever when nobody refers to it. Only a circle that was frozen while it
was in use stays for good. That is the price, and it is small: messengers and pings end
without circles, and where few are online a walk hardly ever takes that long. What it costs a
server of a million are some sockets of dashboards, which do end in circles.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from app.clock import monotonic

LONGEST_WALK_SECONDS: Final = 0.002
"""Not objects: one list may refer to thousands, and each is looked at."""
_YOUNG: Final = 5_000
"""So many new objects, and the youngest are walked.

More than what requests under way consist of: with 1,000, pings of 64 clients at once cost the loop a twelfth more.
"""
_YOUNG_WALKS: Final = 0
"""After more of these, the last ten thousand objects are walked."""
_MIDDLE_WALKS: Final = 0
"""After more of those, all that is not frozen: fifteen thousand at first."""


@contextmanager
def calm_collector() -> Iterator[None]:
    """Freeze what there is now, as it is there to stay, and keep every later walk short.

    It governs the whole process; at the end all is as it was before.
    """
    thresholds = gc.get_threshold()
    watch = _Watch()
    gc.collect()
    gc.freeze()
    gc.collect()  # The walk over all waits for a quarter more than the last one left: let that be nothing.
    gc.set_threshold(_YOUNG, _YOUNG_WALKS, _MIDDLE_WALKS)
    gc.callbacks.append(watch)
    try:
        yield
    finally:
        gc.callbacks.remove(watch)
        gc.set_threshold(*thresholds)
        gc.unfreeze()


class _Watch:
    """Called by the collector around each walk."""

    __slots__ = ("_began_at",)

    def __init__(self) -> None:
        self._began_at = 0.0

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "start":
            self._began_at = monotonic()
        # After a walk over all that is not frozen, what is left is known to be in use.
        elif info["generation"] == 2 and monotonic() - self._began_at > LONGEST_WALK_SECONDS:
            gc.freeze()
