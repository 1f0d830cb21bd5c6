"""Passwords, by argon2.

A check takes 64 MiB and some tenths of a second, so only a few run at once, and none on the
event loop. An unknown email costs as much time as a wrong password.
"""

import asyncio
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import ParameterInvalid

SHORTEST: Final = 8
LONGEST: Final = 512
_PARALLEL_CHECKS: Final = 2


class Passwords:
    """Hashes and checks passwords off the loop, a few at a time."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(_PARALLEL_CHECKS)
        self._nobodys = self._hasher.hash("a password that nobody has")

    def hash(self, password: str) -> str:
        """Slow, for commands; raises ParameterInvalid for a password that is too short or too long."""
        check_length(password)
        return self._hasher.hash(_bytes(password))

    async def hash_aside(self, password: str) -> str:
        """The same, off the loop."""
        check_length(password)
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; takes as long where there is no hash to compare with."""
        async with self._turns:
            is_right = await asyncio.to_thread(
                self._verify, password[:LONGEST], password_hash or self._nobodys
            )
        return is_right and password_hash is not None and len(password) <= LONGEST

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def _bytes(password: str) -> bytes:
    """One form for what keyboards write in several ways, such as an accented letter."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check_length(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise ParameterInvalid(
            f"The password has {len(password)} characters: it must have {SHORTEST} to {LONGEST}"
        )
