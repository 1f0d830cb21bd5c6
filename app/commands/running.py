"""What commands share: a database of their own beside the server's, and the way they print."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Connection

from app.clock import Clock
from app.settings import Settings
from app.storage.database import Database, open_database
from app.storage.migrations import migrate

T = TypeVar("T")

AppIdArgument = Annotated[str, typer.Argument(metavar="APP_ID", show_default=False)]


def run(settings: Settings, use: Callable[[Database], Awaitable[T]]) -> T:
    """Bring the schema up to date and ``use`` the database. The journal is the server's to fold."""
    migrate(settings.database_url)

    async def open_and_use() -> T:
        database = await open_database(settings.database_url, readers=1, checkpoints=False)
        try:
            return await use(database)
        finally:
            await database.close()

    return asyncio.run(open_and_use())


def write(settings: Settings, work: Callable[[Connection, float], T]) -> T:
    """Run ``work(conn, now)`` in one transaction."""
    now = Clock().now()
    return run(settings, lambda database: database.write(lambda conn: work(conn, now)))


def show(key: str, value: str) -> None:
    """What a command made, one a line."""
    typer.echo(f"{key}: {value}")
