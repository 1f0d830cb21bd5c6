"""The tracker against a model: whatever happens in whatever order, a dot tells the truth.

The model knows one thing of each contact: when it was last heard. Everything else must follow.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.ids import AppId, ContactId
from app.presence.changes import Change
from app.presence.last_seen import Ledger
from app.presence.lease_file import LeaseFile
from app.presence.timing import IDLE_SECONDS
from app.presence.tracker import Tracker

APP = AppId("uabcdefg")
OFFLINE = 120.0
TICK = 0.25
START = 1_700_000_000.0

contacts = st.integers(0, 3).map(lambda number: ContactId(f"{number:024x}"))


class PresenceMachine(RuleBasedStateMachine):
    """Pings, heartbeats, silence and crashes in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="leases-"))
        self.now = START
        self.heard: dict[ContactId, float] = {}
        self.active: dict[ContactId, float] = {}
        self.shown: dict[ContactId, bool] = {}
        self.late: list[float] = []
        self._open()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.leases.close()
            shutil.rmtree(self.folder)

    def _open(self) -> None:
        self.leases = LeaseFile(self.folder / "presence")
        self.tracker = Tracker(
            offline_seconds=OFFLINE, publish=self._hear, ledger=Ledger(), leases=self.leases
        )
        self.tracker.restore(self.now)

    def _hear(self, change: Change) -> None:
        assert self.shown.get(change.contact_id, False) is not change.online, "changes must alternate"
        self.shown[change.contact_id] = change.online
        if not change.online:
            silence = change.at - self.heard[change.contact_id]
            assert OFFLINE < silence <= OFFLINE + TICK, f"went off after {silence} s"
            assert change.last_seen_at == self.heard[change.contact_id]

    @rule(contact=contacts)
    def ping(self, contact: ContactId) -> None:
        self.heard[contact] = self.active[contact] = self.now
        self.tracker.ping(APP, contact, self.now)

    @rule(contact=contacts, visible=st.booleans(), by_http=st.booleans())
    def beat(self, contact: ContactId, visible: bool, by_http: bool) -> None:
        self.heard[contact] = self.now
        if visible and self.now - self.active.get(contact, 0.0) <= IDLE_SECONDS:
            self.active[contact] = self.now
        if by_http:
            self.tracker.http_heartbeat(APP, contact, "phone", self.now, visible)
        else:
            self.tracker.heartbeat(self.tracker.lease(APP, contact), self.now, visible)

    @rule(ticks=st.integers(1, 700))
    def pass_time(self, ticks: int) -> None:
        for _ in range(ticks):
            self.now += TICK
            while self.tracker.expire(self.now, 2):
                pass

    @rule()
    def crash(self) -> None:
        self.leases.close()
        self._open()

    @invariant()
    def dots_tell_the_truth(self) -> None:
        if not hasattr(self, "tracker"):
            return
        for contact, heard_at in self.heard.items():
            is_online = self.tracker.is_online(APP, contact)
            assert is_online is self.shown[contact]
            if self.now - heard_at <= OFFLINE:
                assert is_online
            if self.now - heard_at > OFFLINE + TICK:
                assert not is_online
        assert set(self.tracker.online_ids(APP)) == {c for c, on in self.shown.items() if on}

    @invariant()
    def activity_is_remembered_for_its_half_hour(self) -> None:
        if not hasattr(self, "tracker"):
            return
        for contact, active_at in self.active.items():
            if self.now - active_at <= IDLE_SECONDS:
                assert self.tracker.active_at(APP, contact) == active_at


TestPresence = PresenceMachine.TestCase
TestPresence.settings = settings(max_examples=60, stateful_step_count=30)
