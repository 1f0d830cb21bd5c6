"""The directory: all workspaces in memory, for questions that may not wait.

The handshake of a socket asks it which origins are allowed. It follows the database within a
second, whoever changed it (the command line, say), and at once where a row was just read.
"""

import asyncio
from collections.abc import Collection
from typing import Final

from app.errors import StorageUnavailable
from app.ids import AppId
from app.log import get_logger
from app.storage.database import Database
from app.workspaces.records import Workspace
from app.workspaces.store import all_workspaces

REFRESH_SECONDS: Final = 1.0


class Directory:
    """Workspaces by their ``app_id``. Use it from the event loop only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._workspaces: dict[AppId, Workspace] = {}
        self._put_meanwhile: dict[AppId, Workspace] = {}

    def get(self, app_id: AppId) -> Workspace | None:
        return self._workspaces.get(app_id)

    def put(self, workspace: Workspace) -> None:
        """A row that was just read or written."""
        self._workspaces[workspace.app_id] = workspace
        self._put_meanwhile[workspace.app_id] = workspace

    def all(self) -> Collection[Workspace]:
        """Every workspace, the oldest first."""
        return self._workspaces.values()

    async def refresh(self) -> None:
        """Read them all; what is put while the read is under way is newer than the read."""
        self._put_meanwhile = {}
        workspaces = await self._database.read(all_workspaces)
        self._workspaces = {workspace.app_id: workspace for workspace in workspaces} | self._put_meanwhile


async def keep_fresh(directory: Directory) -> None:
    """Follow the database, for as long as the server runs."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            await directory.refresh()
        except StorageUnavailable as error:
            get_logger().error("directory.stale", reason=error.message)
