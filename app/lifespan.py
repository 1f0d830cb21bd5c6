"""Open everything, run the tasks, yield the state, close everything.

The order matters. The lease file is locked first, so that a second server on the same data
folder stops before it touches anything; presence is restored before the first request, so
that no dashboard sees a dot off that should be on.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final, TypeAlias

from starlette.applications import Starlette

from app.attributes.rereading import Rereader
from app.auth.sessions import SessionRegistry
from app.auth.tickets import TICKET_SECONDS, Tickets
from app.clock import Clock
from app.collector import calm_collector
from app.contacts.agents import read_agent
from app.contacts.deletion import farewells_since
from app.contacts.import_jobs import FOLDER as IMPORTS_FOLDER
from app.contacts.import_jobs import Importer
from app.contacts.merged_rows import merged_since
from app.contacts.purge import Purge
from app.errors import StorageUnavailable
from app.log import get_logger
from app.places.cities import Places
from app.presence.counts import keep_counts
from app.presence.hub import Hub
from app.presence.last_seen import Ledger, keep_written
from app.presence.lease_file import SYNC_SECONDS, LeaseFile, keep_synced
from app.presence.sweeper import Sweeper
from app.presence.timing import HIDDEN_BEAT_SECONDS
from app.presence.tracker import Tracker
from app.server.front_door import OpenSocket
from app.settings import Settings
from app.state import AppState
from app.storage.bucketing import keep_even
from app.storage.database import Database, open_database
from app.storage.lookout import Lookout
from app.threads import short_turns
from app.wire import DELETED, REFUSED
from app.workspaces.directory import Directory, keep_fresh

LEASES_FOLDER: Final = "presence"
_CLOSING_SECONDS: Final = 5.0

Works: TypeAlias = Mapping[str, Coroutine[Any, Any, None]]
"""Tasks that never end, by name."""


def lifespan_of(
    settings: Settings,
    clock: Clock,
    open_socket_of: Callable[[AppState], OpenSocket],
    works_of: Callable[[AppState], Works] = lambda _: {},
) -> Callable[[Starlette], AbstractAsyncContextManager[Mapping[str, Any]]]:
    """The lifespan of an application; ``open_socket_of`` makes the way in for messenger sockets.

    ``works_of`` tells what else is to run for as long as the server does: the work of upper floors, by name.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            leases = LeaseFile(settings.data_dir / LEASES_FOLDER)
            stack.callback(leases.close)
            state = await _open(settings, clock, leases, stack)
            importer = Importer(state.database, settings.data_dir / IMPORTS_FOLDER, clock)
            await importer.sweep()
            async with asyncio.TaskGroup() as group:
                works = {
                    "sweeper": state.sweeper.run(),
                    "ledger": keep_written(state.ledger, state.database),
                    "counts": keep_counts(state.tracker, state.database, clock),
                    "directory": keep_fresh(state.directory),
                    "leases": keep_synced(leases),
                    "histograms": keep_even(state.database),
                    "purge": Purge(state.database, clock).run(),
                    "rereader": Rereader(state.database).run(state.lookout),
                    **works_of(state),
                    "importer": importer.run(state.lookout),
                    "lookout": state.lookout.run(),
                }
                running = [group.create_task(_or_go_down(name, work)) for name, work in works.items()]
                # Compiling its rules takes a tenth of a second, which the first ping should not wait for.
                await asyncio.to_thread(read_agent, "")
                stack.enter_context(calm_collector())
                stack.enter_context(short_turns())
                yield {"porchlight": state, "open_messenger_socket": open_socket_of(state)}
                for task in running:
                    task.cancel()
            await _write_the_rest(state)

    return lifespan


async def _open(settings: Settings, clock: Clock, leases: LeaseFile, stack: AsyncExitStack) -> AppState:
    places = Places.open(settings.geoip_mmdb)
    database = await open_database(settings.database_url)
    stack.push_async_callback(database.close)
    directory = Directory(database)
    await directory.refresh()
    hub, ledger = Hub(), Ledger()
    tracker = Tracker(
        offline_seconds=settings.offline_seconds, publish=hub.publish, ledger=ledger, leases=leases
    )
    await _remember_merges(tracker, database, clock.now())
    # At worst, one beat had come since the file was last written down.
    between_beats = max(settings.heartbeat_seconds, HIDDEN_BEAT_SECONDS)
    restored = tracker.restore(clock.now(), lost_seconds=between_beats + SYNC_SECONDS)
    leases.note_boot()
    await _bid_farewell(tracker, database, clock.now())
    get_logger().info("server.opened", contacts_online=restored)
    return AppState(
        settings=settings,
        clock=clock,
        database=database,
        lookout=Lookout(database),
        directory=directory,
        tracker=tracker,
        hub=hub,
        ledger=ledger,
        sweeper=Sweeper(tracker, clock),
        tickets=Tickets(settings.secret_key),
        sessions=SessionRegistry(),
        places=places,
    )


async def _remember_merges(tracker: Tracker, database: Database, now: float) -> None:
    """Tickets of contacts that went up in others are good for as long as any ticket. Rule R73."""
    for merged in await database.read(lambda conn: merged_since(conn, now - TICKET_SECONDS)):
        tracker.inherit(merged.app_id, merged.id, merged.into_id)


async def _bid_farewell(tracker: Tracker, database: Database, now: float) -> None:
    """Whoever was deleted or blocked may hold a ticket still: the tracker knows them, as it did before the restart."""
    gone = await database.read(lambda conn: farewells_since(conn, now - TICKET_SECONDS))
    for app_id, contact_id, is_deleted in gone:
        tracker.forget(app_id, contact_id, now, DELETED if is_deleted else REFUSED)


async def _or_go_down(name: str, work: Coroutine[Any, Any, None]) -> None:
    """Run a task that must never end: without it the server would tell untruths, so it goes down loudly."""
    try:
        await work
    except Exception:
        get_logger().exception("server.task_died", task=name)
        os.kill(os.getpid(), signal.SIGTERM)
        raise


async def _write_the_rest(state: AppState) -> None:
    """Give the ledger a last chance; what it can't write waits in the lease file for the next start."""
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await state.ledger.flush(state.database)
    except (StorageUnavailable, TimeoutError) as error:
        get_logger().warning("server.ledger_kept", entries=len(state.ledger), reason=str(error))
