"""The frames of the dashboard's socket themselves."""

import json

from hypothesis import given
from hypothesis import strategies as st

from app import wire
from app.dashboard.socket import Closing, presence_frame, read_watch
from app.ids import ContactId
from app.presence.changes import Change
from support.desk import AddPerson, Team
from support.serving import Served
from support.watching import NOBODY, opened, told, watch


@given(st.lists(st.text(max_size=64), max_size=500))
def test_watch_is_read_as_it_was_written(ids: list[str]) -> None:
    frame = json.dumps({"type": "watch", "ids": ids})
    assert list(read_watch(frame)) == list(dict.fromkeys(ids))


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
def test_any_text_is_a_watch_or_closes_with_a_code(frame: str) -> None:
    try:
        read_watch(frame)
    except Closing as closing:
        assert closing.code in (wire.NO_JSON, wire.BAD_FRAME)
        assert 0 < len(closing.reason.encode()) <= 123


def test_frame_tells_whole_seconds() -> None:
    assert json.loads(presence_frame({NOBODY: (True, 1_700_000_000.9), ContactId("a"): (False, None)})) == {
        "type": "presence",
        "contacts": {
            NOBODY: {"online": True, "last_seen_at": 1_700_000_000},
            "a": {"online": False, "last_seen_at": None},
        },
    }


async def test_newest_of_several_changes_is_what_is_told(
    server: Served, acme: Team, add_person: AddPerson
) -> None:
    ada = await add_person(acme)
    async with opened(server, acme) as client:
        await watch(client, [ada])
        for at, online in ((1.0, True), (2.0, False), (3.0, True)):
            server.state.hub.publish(Change(acme.app_id, ada, online, at, at, at))
        assert await told(client) == {ada: {"online": True, "last_seen_at": 3}}
