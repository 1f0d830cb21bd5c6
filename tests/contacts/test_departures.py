"""Who goes leaves presence too, and who comes back may speak again. Rules R60, R61, R64."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from app.contacts import departures
from app.contacts.records import Contact
from app.errors import UserNotFound
from app.ids import ContactId
from app.trail.records import Actor
from app.wire import DELETED, REFUSED
from support.desk import Team, add_person, desk_app, make_team
from support.serving import START, Served, serving, settings_in

__all__ = ["add_person"]

Deed = Callable[..., Awaitable[Contact]]


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(settings_in(tmp_path), make_app=desk_app) as served:
        yield served


@pytest_asyncio.fixture
async def acme(server: Served) -> Team:
    return await make_team(server, "Acme")


async def do(server: Served, acme: Team, contact_id: str, *deeds: Deed) -> Contact:
    for deed in deeds:
        actor = Actor("admin", str(acme.admin_id))
        contact = await deed(server.state, acme.app_id, contact_id, actor=actor, now=START)
    return contact


@pytest.mark.parametrize(
    ("deeds", "farewell"),
    [
        ([departures.delete], DELETED),
        ([departures.delete, departures.restore], None),
        ([departures.block], REFUSED),
        ([departures.block, departures.unarchive], None),
        ([departures.block, departures.delete, departures.restore], REFUSED),
        ([departures.archive], None),
        ([departures.archive, departures.delete], DELETED),
    ],
)
async def test_presence_knows_who_is_gone(
    server: Served,
    acme: Team,
    add_person: Callable[..., Awaitable[ContactId]],
    deeds: list[Deed],
    farewell: int,
) -> None:
    ada = await add_person(acme)
    tracker = server.state.tracker
    tracker.heartbeat(tracker.lease(acme.app_id, ada), START)
    await do(server, acme, ada, *deeds)
    assert tracker.farewell(acme.app_id, ada) == farewell
    went = any(deed in {departures.delete, departures.block} for deed in deeds)
    assert tracker.is_online(acme.app_id, ada) is not went


@pytest.mark.parametrize(
    "deed",
    [departures.delete, departures.restore, departures.archive, departures.unarchive, departures.block],
)
async def test_nobody_is_found_by_an_unknown_id(server: Served, acme: Team, deed: Deed) -> None:
    for contact_id in ("0" * 24, "", "x"):
        with pytest.raises(UserNotFound):
            await do(server, acme, contact_id, deed)
