"""The lookout: what several works wait for in the database, looked up once a second by one read for all.

Jobs, marks and webhooks may be written by another process at any time, so somebody has to look. A read costs a
quarter of a millisecond before it asks anything: where nobody is online, a look for each work apart would be most
of what the server does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, NoReturn, TypeVar

from sqlalchemy import Connection

from app.errors import StorageUnavailable
from app.log import get_logger
from app.storage.database import Database

T = TypeVar("T")

LOOK_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 3.0

Question = Callable[[Connection], T]


class Lookout:
    """One for each server. A question must be quick, as others wait for the same read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: list[tuple[Question[Any], asyncio.Future[Any]]] = []

    async def run(self) -> NoReturn:
        """Look at once, and then once a second, for as long as the server runs."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Answer all that was asked so far; where the database can't be read, whoever asked is told so."""
        asked, self._asked = [one for one in self._asked if not one[1].done()], []
        if not asked:
            return
        try:
            answers = await self._database.read(lambda conn: [question(conn) for question, _ in asked])
        except StorageUnavailable as error:
            for _, future in asked:
                if not future.done():
                    future.set_exception(StorageUnavailable(error.message))
            return
        for (_, future), answer in zip(asked, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def see(self, question: Question[T]) -> T:
        """The answer of the next look; raises StorageUnavailable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asked.append((question, future))
        return await future

    async def keep(
        self, question: Question[T], work: Callable[[T], Awaitable[None]], *, event: str
    ) -> NoReturn:
        """Do ``work`` with what each look answers; what the database can't take now is tried later.

        Such a time is logged as ``event``; whatever else ``work`` raises is raised.
        """
        while True:
            try:
                await work(await self.see(question))
            except StorageUnavailable as error:
                get_logger().error(event, reason=error.message)
                await asyncio.sleep(RETRY_SECONDS)
