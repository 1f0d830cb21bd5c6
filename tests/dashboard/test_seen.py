"""The dot and the last seen that belongs to it."""

from app.dashboard.seen import Seen, seen_of
from app.ids import ContactId
from app.workspaces.records import Workspace
from support.desk import Team
from support.serving import START, Served

ADA = ContactId("a" * 24)


def of_acme(server: Served, acme: Team) -> Workspace:
    workspace = server.state.directory.get(acme.app_id)
    assert workspace is not None
    return workspace


async def test_whoever_is_online_was_seen_just_now(server: Served, acme: Team) -> None:
    workspace = of_acme(server, acme)
    server.state.tracker.ping(acme.app_id, ADA, START - 100)
    seen = seen_of(server.state, workspace, ADA, START - 9_999, START)
    assert (seen.online, seen.mark, seen.words) == (True, "now", "just now")
    assert seen.exact == "14 Nov 2023, 22:11:40 UTC"


async def test_what_presence_knows_goes_before_the_database(server: Served, acme: Team) -> None:
    workspace = of_acme(server, acme)
    server.state.tracker.ping(acme.app_id, ADA, START)
    server.clock.advance(121)
    server.state.tracker.expire(server.clock.now())
    seen = seen_of(server.state, workspace, ADA, START - 9_999, START + 121)
    assert (seen.online, seen.mark, seen.words) == (False, f"{START:.3f}", "2 minutes ago")


async def test_offline_contact_is_told_from_the_database(server: Served, acme: Team) -> None:
    seen = seen_of(server.state, of_acme(server, acme), ADA, START - 7_200, START)
    assert seen == Seen(
        False, "1699992800.000", "2 hours ago", "14 Nov 2023, 20:13:20 UTC", "2023-11-14T20:13:20.000Z"
    )


async def test_contact_never_seen_is_told_as_such(server: Served, acme: Team) -> None:
    assert seen_of(server.state, of_acme(server, acme), ADA, None, START) == Seen(False, "", "never", "", "")


async def test_R83_presence_in_another_workspace_shows_nothing(
    server: Served, acme: Team, globex: Team
) -> None:
    server.state.tracker.ping(globex.app_id, ADA, START)
    assert not seen_of(server.state, of_acme(server, acme), ADA, None, START).online
