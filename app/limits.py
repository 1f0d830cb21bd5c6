"""How often a thing may happen: so many of it in a window of 60 s of real time, and whose address it comes from.

Counts live in memory. A window's counts are thrown away together, and a window holds so many of
them and no more, whatever is thrown at it. The test clock does not move these limits.
"""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Final

from app.errors import RateLimited
from app.log import get_logger

WINDOW_SECONDS: Final = 60.0
MOST_KEYS: Final = 200_000


class Limit:
    """Counts one kind of thing by key. Use it from the event loop only."""

    __slots__ = ("_counts", "_ends_at", "_most", "_most_keys", "_what")

    def __init__(self, what: str, most: int, most_keys: int = MOST_KEYS) -> None:
        self._what = what
        self._most = most
        self._most_keys = most_keys
        self._ends_at = 0.0
        self._counts: dict[object, int] = {}

    def take(self, key: object, at: float) -> None:
        """Count one at ``at``, by real monotonic time; raises RateLimited beyond the limit."""
        if at >= self._ends_at:
            self._ends_at = at + WINDOW_SECONDS
            self._counts = {}
        count = self._counts.get(key, 0) + 1
        if count == 1 and len(self._counts) >= self._most_keys:
            return  # the window is full of others: better to let one pass than to remember without end
        self._counts[key] = count
        if count <= self._most:
            return
        if count == self._most + 1:
            get_logger().warning("rate.limited", what=self._what, most=self._most)
        wait = max(1, ceil(self._ends_at - at))
        message = (
            f"More than {self._most} {self._what} within {WINDOW_SECONDS:g} seconds: try again in {wait} s"
        )
        raise RateLimited(message, wait)

    def check(self, key: object, at: float) -> None:
        """Raise as ``take`` would, and count nothing that is let pass."""
        if at < self._ends_at and self._counts.get(key, 0) >= self._most:
            self.take(key, at)


@lru_cache(maxsize=4_096)
def address_key(client_host: str) -> str | None:
    """What stands for one sender: an IPv4 address, or the 64 bits of IPv6 that one gets. None: this machine."""
    try:
        address = ip_address(client_host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False).network_address)
    return str(address)
