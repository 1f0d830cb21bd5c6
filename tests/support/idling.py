"""Works of the server that look for nothing to do: a test does theirs at the moments that it chooses."""

import asyncio

from app.attributes.rereading import Rereader
from app.contacts.import_jobs import Importer
from app.storage.lookout import Lookout


class IdleImporter(Importer):
    """Takes away stray files at the start, and imports nothing."""

    async def run(self, lookout: Lookout) -> None:
        await asyncio.Event().wait()


class IdleRereader(Rereader):
    """Reads no values anew."""

    async def run(self, lookout: Lookout) -> None:
        await asyncio.Event().wait()
