"""The limit on a messenger socket's frames, at any pace: 20 within 10 seconds of real time."""

import asyncio
from typing import cast
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from app.auth.tickets import Tickets
from app.clock import Clock
from app.ids import AppId, ContactId
from app.messenger.sockets import MessengerSocket, SocketRoom
from app.presence.hub import Hub
from app.presence.last_seen import Ledger
from app.presence.lease_file import LeaseFile
from app.presence.tracker import Tracker
from app.server.frames import text_frame
from app.storage.database import Database
from app.wire import CLOSE_REASONS, FLOOD, FRAME_WINDOW_SECONDS, FRAMES_PER_WINDOW, HEARTBEAT
from app.workspaces.directory import Directory
from support.knocking import frame

STEADY = st.tuples(
    st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0, 9.75, 10.0, 10.25)), st.integers(min_value=1, max_value=22)
)
"""Seconds between two frames, and how many in a row; all are exact in binary, so that sums of them are."""


class Wire(asyncio.Transport):
    """What the server writes, and nobody at the other end."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def write_eof(self) -> None: ...

    def abort(self) -> None: ...


def a_socket(wire: Wire) -> MessengerSocket:
    clock = Clock(at=1_800_000_000.0)
    tracker = Tracker(offline_seconds=120.0, publish=Hub().publish, ledger=Ledger(), leases=LeaseFile(None))
    room = SocketRoom(
        tracker=tracker,
        tickets=Tickets("k" * 32),
        clock=clock,
        directory=Directory(cast(Database, None)),
    )
    lease = tracker.lease(AppId("uabcdefg"), ContactId("0123456789abcdef01234567"))
    socket = MessengerSocket(room, lease, "laptop", clock.now())
    socket.connection_made(wire)
    return socket


@given(st.lists(STEADY, max_size=5))
def test_socket_is_closed_at_the_first_frame_beyond_twenty_in_ten_seconds(
    paces: list[tuple[float, int]],
) -> None:
    wire, came = Wire(), [1_000.0]
    for gap, count in paces:
        for _ in range(count):
            came.append(came[-1] + gap)

    async def send_all() -> None:
        socket = a_socket(wire)
        for at in came:
            with patch("app.messenger.sockets.monotonic", lambda at=at: at):
                socket.data_received(frame(HEARTBEAT))

    asyncio.run(send_all())

    in_time = 0
    for count, at in enumerate(came, start=1):
        if sum(at - FRAME_WINDOW_SECONDS < other for other in came[:count]) > FRAMES_PER_WINDOW:
            break
        in_time += 1
    acks, farewells = wire.written[:in_time], wire.written[in_time:]
    assert acks == [text_frame(b'{"type":"ack"}')] * in_time
    if in_time < len(came):
        (farewell,) = farewells
        assert farewell[2:4] == FLOOD.to_bytes(2)
        assert farewell[4:].decode() == CLOSE_REASONS[FLOOD]
    else:
        assert not farewells
