"""Looks that scripts repeat: who asks after the same people again and again looks once in ten minutes. Rule R82.

A script may ask each second where five hundred people stand. The first time goes on the audit log; an entry a
second of the very same would tell a reader nothing more, and fill the disk.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, TypeAlias

from app.ids import ContactId

SAME_SECONDS: Final = 600.0
MOST_KEPT: Final = 10_000

Look: TypeAlias = tuple[int, bytes]
"""A token, and a digest of the ids of those whom it saw: some five hundred ids would be much to keep."""


def look_of(token_id: int, ids: Iterable[ContactId]) -> Look:
    return token_id, blake2b("".join(sorted(ids)).encode(), digest_size=16).digest()


class Looks:
    """Those of the last ten minutes that are on the log. Beyond the limit the oldest is forgotten, and logged again."""

    def __init__(self) -> None:
        self._logged_at: dict[Look, float] = {}

    def has(self, look: Look, now: float) -> bool:
        return now - self._logged_at.get(look, float("-inf")) < SAME_SECONDS

    def add(self, look: Look, now: float) -> None:
        """The look is on the log by now."""
        self._logged_at.pop(look, None)
        self._logged_at[look] = now
        if len(self._logged_at) > MOST_KEPT:
            del self._logged_at[next(iter(self._logged_at))]
