"""Work that goes on for as long as the server runs, also through times when the database can't be had."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from app.errors import StorageUnavailable
from app.log import get_logger

RETRY_SECONDS: Final = 3.0


async def keep_doing(work: Callable[[], Awaitable[None]], *, every: float, event: str) -> None:
    """Do ``work``, and do it again ``every`` so many seconds; what the database can't take now is tried later.

    Such a time is logged as ``event``; whatever else ``work`` raises is raised.
    """
    while True:
        try:
            await work()
        except StorageUnavailable as error:
            get_logger().error(event, reason=error.message)
            await asyncio.sleep(RETRY_SECONDS)
        await asyncio.sleep(every)
