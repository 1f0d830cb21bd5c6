"""Server-sent events: what is sent, and everything that ends a stream."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from starlette.types import Message

from app.api.stream import CHUNK_CHANGES, Backlog, Limits, PresenceStream, event_of
from app.ids import AppId, ContactId
from app.presence.changes import Change
from app.presence.hub import Hub

APP = AppId("uaaaaaaa")
OTHER = AppId("ubbbbbbb")
NO_HURRY = Limits()


def change(number: int = 1, *, app_id: AppId = APP, online: bool = True) -> Change:
    return Change(
        app_id, ContactId(f"{number:024x}"), online, 1_700_000_000.9, 1_700_000_000.9, 1_700_000_000.9
    )


class Listener:
    """The other end of a stream: keeps what was sent, hangs up or stops reading when told to."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self._reads = asyncio.Event()
        self._reads.set()
        self._hung_up = asyncio.Event()
        self._heard = asyncio.Event()

    async def receive(self) -> Message:
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        await self._reads.wait()
        self.sent.append(message)
        self._heard.set()

    def hang_up(self) -> None:
        self._hung_up.set()

    def stop_reading(self) -> None:
        self._reads.clear()

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    async def hears(self, words: str) -> None:
        async with asyncio.timeout(60):
            while words not in self.text:
                self._heard.clear()
                await self._heard.wait()


async def allowed() -> bool:
    return True


class Room:
    """A hub and a stream over it, running."""

    def __init__(
        self, may_listen: Callable[[], Awaitable[bool]] = allowed, limits: Limits = NO_HURRY
    ) -> None:
        self.hub = Hub()
        self.listener = Listener()
        self.ends = 0
        stream = PresenceStream(self.hub, APP, may_listen=may_listen, ended=self._end, limits=limits)
        self.running = asyncio.create_task(stream({}, self.listener.receive, self.listener.send))

    def _end(self) -> None:
        self.ends += 1

    async def opened(self) -> "Room":
        await self.listener.hears("changes from here on")
        return self

    async def is_over(self) -> None:
        async with asyncio.timeout(60):
            await self.running
        assert self.ends == 1
        # Nobody listens any more: a change costs nothing.
        self.hub.publish(change(99))
        assert change(99).contact_id not in self.listener.text


def test_an_event_has_the_shape_of_the_contract() -> None:
    event, data, *rest = event_of(change(10, online=False)).decode().split("\n")
    assert event == "event: presence"
    assert msgspec.json.decode(data.removeprefix("data: ")) == {
        "id": "00000000000000000000000a",
        "online": False,
        "last_seen_at": 1_700_000_000,
    }
    assert rest == ["", ""]


async def test_a_stream_says_at_once_that_it_is_open_and_what_it_is() -> None:
    room = await Room().opened()
    start = room.listener.sent[0]
    headers = dict(start["headers"])
    assert start["status"] == 200
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert headers[b"cache-control"] == b"no-store"
    assert b"content-length" not in headers
    room.listener.hang_up()
    await room.is_over()


async def test_changes_are_sent_in_order() -> None:
    room = await Room().opened()
    for number in range(3):
        room.hub.publish(change(number, online=number != 1))
    await room.listener.hears(change(2).contact_id)
    events = [line for line in room.listener.text.splitlines() if line.startswith("data: ")]
    assert [msgspec.json.decode(line[6:])["online"] for line in events] == [True, False, True]
    room.listener.hang_up()
    await room.is_over()


async def test_changes_of_another_workspace_are_not_sent() -> None:
    room = await Room().opened()
    room.hub.publish(change(7, app_id=OTHER))
    room.hub.publish(change(8))
    await room.listener.hears(change(8).contact_id)
    assert change(7).contact_id not in room.listener.text
    room.listener.hang_up()
    await room.is_over()


async def test_a_quiet_stream_is_kept_alive_by_comments() -> None:
    room = await Room(limits=Limits(keep_alive_seconds=0.01)).opened()
    await room.listener.hears(": still here\n\n: still here\n\n")
    room.listener.hang_up()
    await room.is_over()


async def test_revoking_the_token_ends_the_stream_properly() -> None:
    answers = iter([True, True, False])

    async def may_listen() -> bool:
        return next(answers)

    room = Room(may_listen, Limits(check_seconds=0.01))
    await room.is_over()
    assert room.listener.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_a_reader_that_stands_still_is_cut() -> None:
    room = await Room(limits=Limits(patience_seconds=0.01)).opened()
    room.listener.stop_reading()
    room.hub.publish(change())
    await room.is_over()
    assert change().contact_id not in room.listener.text


async def test_changes_that_outrun_the_reader_cut_it() -> None:
    room = await Room(limits=Limits(most_waiting=2)).opened()
    for number in range(3):
        room.hub.publish(change(number))
    await room.is_over()


async def test_a_cancelled_stream_leaves_the_hub() -> None:
    room = await Room().opened()
    room.running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await room.running
    assert room.ends == 1


async def test_a_backlog_gives_out_a_chunk_at_a_time_and_forgets_none() -> None:
    backlog = Backlog(most=CHUNK_CHANGES + 1)
    changes = [change(number) for number in range(CHUNK_CHANGES + 1)]
    for one in changes:
        backlog.add(one)
    first = backlog.take()
    await backlog.wait()
    assert len(first) == CHUNK_CHANGES
    assert first + backlog.take() == changes


@pytest.mark.parametrize(("waiting", "overrun"), [(3, False), (4, True)])
def test_a_backlog_is_overrun_by_the_change_it_can_not_hold(waiting: int, overrun: bool) -> None:
    backlog = Backlog(most=3)
    for number in range(waiting):
        backlog.add(change(number))
    assert backlog.is_overrun is overrun
    assert len(backlog.take()) == 3
