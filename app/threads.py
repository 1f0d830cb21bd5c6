"""Threads: how long one may keep the others waiting.

Python runs one thread at a time. The loop gives up its turn at each call of the system, and where the
thread that writes has work then, it waits to get its turn back: 5 ms each time, as Python has it, and a round of the
loop has several such calls. Heartbeats wait as long.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

TURN_SECONDS: Final = 0.002
"""With 1 ms the change of threads shows in the cost of a ping; with this it does not."""


@contextmanager
def short_turns() -> Iterator[None]:
    """Have threads take shorter turns than usual. It governs the whole process; at the end all is as it was before."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
