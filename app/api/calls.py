"""One authorised request: who asks, of which workspace, and the way to the database.

Handlers of records start with ``call_of`` and say what they mean in three words: ``read`` what is
asked, ``view`` what holds personal data (the view goes on the audit log before the answer does,
rule R82), ``write`` what changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from starlette.requests import Request

from app.auth.tokens import TokenGrant
from app.ids import AppId
from app.state import AppState, state_of
from app.storage.database import READ_SECONDS
from app.trail.records import Actor, Deed
from app.trail.views import log_view

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """``now`` is one moment for all that the request does."""

    state: AppState
    app_id: AppId
    actor: Actor
    now: float

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What holds no personal data, or is put on the log otherwise."""
        return await self.state.database.read(work)

    async def view(
        self, work: Callable[[Connection], T], deed_of: Callable[[T], Deed], seconds: float = READ_SECONDS
    ) -> T:
        """Read personal data, and put on the log what was seen; raises what ``work`` raises, with nothing logged.

        Raises ReadTooSlow after ``seconds``.
        """
        seen = await self.state.database.read(work, seconds)
        await self.log(deed_of(seen))
        return seen

    async def log(self, deed: Deed) -> None:
        """Put a look on the log, where ``view`` does not; it is on the disk when this returns."""
        await log_view(self.state.database, self.app_id, self.actor, deed, self.now)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """One transaction; it is on the disk when this returns."""
        return await self.state.database.write(work)


def call_of(request: Request, grant: TokenGrant) -> Call:
    state = state_of(request)
    return Call(state, grant.app_id, Actor("token", str(grant.token_id)), state.clock.now())
