"""The doorkeeper: checks passwords, and how often somebody may try.

Failed attempts are counted by address and email together, so that nobody is locked out by a
stranger elsewhere, and by address alone, so that one machine can't go through many emails. Real
time counts: an attacker's time is no test clock's.
"""

import asyncio
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request

from app.auth.passwords import Passwords
from app.clock import monotonic
from app.errors import RateLimited

WINDOW_SECONDS: Final = 600.0
TRIES_OF_ONE: Final = 8
"""Failed attempts for one email from one address."""
TRIES_OF_ADDRESS: Final = 60
_MOST_KEYS: Final = 100_000


class Attempts:
    """Failed attempts of the last ten minutes; ``at`` is monotonic real time."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, ...], list[float]] = {}

    def check(self, address: str, email: str, at: float) -> None:
        """Raises RateLimited where there were too many."""
        for key, most in ((address, email), TRIES_OF_ONE), ((address,), TRIES_OF_ADDRESS):
            recent = self._recent(key, at)
            if len(recent) >= most:
                wait = max(1, round(recent[0] + WINDOW_SECONDS - at))
                minutes = max(1, round(wait / 60))
                raise RateLimited(
                    f"Too many failed attempts: try again in {minutes} minute{'' if minutes == 1 else 's'}",
                    wait,
                )

    def failed(self, address: str, email: str, at: float) -> None:
        if len(self._failures) > _MOST_KEYS:
            self._tidy(at)
        for key in (address, email), (address,):
            self._failures[key] = [*self._recent(key, at), at]

    def succeeded(self, address: str, email: str) -> None:
        self._failures.pop((address, email), None)

    def _recent(self, key: tuple[str, ...], at: float) -> list[float]:
        return [failed_at for failed_at in self._failures.get(key, ()) if failed_at > at - WINDOW_SECONDS]

    def _tidy(self, at: float) -> None:
        self._failures = {key: recent for key in self._failures if (recent := self._recent(key, at))}


class Doorkeeper:
    """One for the application."""

    def __init__(self, passwords: Passwords) -> None:
        self.passwords = passwords
        self.attempts = Attempts()

    async def admits(self, address: str, email: str, password: str, password_hash: str | None) -> bool:
        """Whether the password is right; raises RateLimited without looking, after too many failures."""
        self.attempts.check(address, email, monotonic())
        if await self.passwords.matches(password, password_hash):
            self.attempts.succeeded(address, email)
            return True
        self.attempts.failed(address, email, monotonic())
        return False


async def doorkeeper_of(request: Request) -> Doorkeeper:
    """The application's doorkeeper; comes when first called for."""
    app: Starlette = request.app
    if not hasattr(app.state, "doorkeeper"):
        # Hashing takes a moment, which the loop has not.
        passwords = await asyncio.to_thread(Passwords)
        if not hasattr(app.state, "doorkeeper"):
            app.state.doorkeeper = Doorkeeper(passwords)
    doorkeeper: Doorkeeper = app.state.doorkeeper
    return doorkeeper
