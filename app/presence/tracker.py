"""The tracker: who is online, known by one timestamp per contact.

A heartbeat is a store of that timestamp and nothing else. Only the first one of a contact
that was offline makes a ``Change``, and so do silence (found by the sweeper, which calls
``expire``) and a leave. Closing a socket is mere silence.

A ``Lease`` stands for a contact while it is online, has a stream open, or was active in the
last half hour (a contact that comes back by a heartbeat must find its activity again). Changes
go to ``publish``; what the database should know goes to ``ledger``, and from there in batches.
"""

from collections.abc import Callable, Collection
from typing import Final

from app.ids import AppId, ContactId
from app.presence.changes import Change, Presence
from app.presence.last_seen import Ledger
from app.presence.lease import EarlierLook, Lease, Stream
from app.presence.lease_file import (
    ACTIVE,
    NO_SLOT,
    SEEN,
    SINCE,
    UNTIL,
    LeaseFile,
    Slot,
    StoredLease,
    owner,
)
from app.presence.timing import IDLE_SECONDS, active_after_heartbeat, has_gone, is_inactive, stream_is_live
from app.presence.wheel import Wheel
from app.wire import DELETED, EXPIRED, SILENT

SILENT_SOCKET_FACTOR: Final = 10
"""A socket that beat once and fell silent is kept ten times the offline time, for a frozen page to resume on."""


MOST_GONE: Final = 100_000
"""Contacts that are no more whose tickets are remembered; a ticket lasts a day."""


class Tracker:
    """Presence of all contacts of this process. Use it from the event loop only."""

    def __init__(
        self,
        *,
        offline_seconds: float,
        publish: Callable[[Change], None],
        ledger: Ledger,
        leases: LeaseFile,
    ) -> None:
        self._offline_seconds = offline_seconds
        self._publish = publish
        self._ledger = ledger
        ledger.on_written, ledger.on_nobody = self._written, self._unmask
        self._file = leases
        self._leases: dict[AppId, dict[ContactId, Lease]] = {}
        self._online: dict[AppId, dict[ContactId, Lease]] = {}  # in the order of coming online
        self._wheel: Wheel[Lease | EarlierLook] = Wheel()
        self._gone: dict[tuple[AppId, ContactId], int] = {}
        self._heirs: dict[tuple[AppId, ContactId], ContactId] = {}
        self._open_streams = 0
        self.heartbeats = 0

    # What happens

    def heartbeat(self, lease: Lease, now: float, visible: bool = True) -> None:
        """A sign of life over a socket. The hot way: one or two stores. Rules R1, R10."""
        self.heartbeats += 1
        times, at = lease.slot.times, lease.slot.at
        if not lease.online:
            # Activity is remembered while the dot is off, or this heartbeat would seem to end an inactivity.
            active_at = active_after_heartbeat(times[at + ACTIVE], now, visible)
            self._appear(lease, now, active_at)
            # Lists are sorted by what the database knows; a ping tells it by itself.
            self._ledger.seen(lease.slot)
            return
        times[at + SEEN] = now
        if visible and now - times[at + ACTIVE] <= IDLE_SECONDS:
            times[at + ACTIVE] = now

    def http_heartbeat(
        self, app_id: AppId, contact_id: ContactId, device: str, now: float, visible: bool = True
    ) -> None:
        """A sign of life by HTTP, where sockets are blocked. Rule R1."""
        lease = self.lease(app_id, contact_id)
        lease.devices = _live_devices(lease, now) | {device: now}
        self.heartbeat(lease, now, visible)

    def ping(self, app_id: AppId, contact_id: ContactId, now: float) -> None:
        """A ping: a sign of life, and activity however long the silence was. Rules R2, R10."""
        lease = self.lease(app_id, contact_id)
        if not lease.online:
            self._appear(lease, now, now)
        else:
            lease.slot.times[lease.slot.at + SEEN] = now
            lease.slot.times[lease.slot.at + ACTIVE] = now

    def open(self, lease: Lease, stream: Stream) -> None:
        """A socket was opened. That alone puts no dot on."""
        lease.streams = (*lease.streams, stream)
        self._open_streams += 1
        self._queue(lease, stream.opened_at + self._offline_seconds)

    def close(self, lease: Lease, stream: Stream) -> None:
        """A socket is gone, which is silence: the dot stays until the time is up. Rule R2."""
        lease.streams = tuple(other for other in lease.streams if other is not stream)
        self._open_streams -= 1
        self._forget_if_idle(lease)

    def leave(self, lease: Lease, device: str, now: float, stream: Stream | None = None) -> None:
        """Somebody signs out: offline at once, unless another of the contact's streams is live. Rule R7.

        ``stream`` is the socket that said so, none for a leave by HTTP; the device's HTTP stream ends with it.
        """
        lease.devices = {name: at for name, at in _live_devices(lease, now).items() if name != device} or None
        others = (other for other in lease.streams if other is not stream)
        if lease.devices or any(self._is_live(other, now) for other in others):
            return
        if lease.online:
            self._vanish(lease, now)

    def forget(self, app_id: AppId, contact_id: ContactId, now: float, code: int = DELETED) -> None:
        """The contact is no more: its dot goes off, its sockets are closed with ``code``, and so are new ones."""
        self._gone[app_id, contact_id] = code
        if len(self._gone) > MOST_GONE:
            del self._gone[next(iter(self._gone))]
        lease = self.find(app_id, contact_id)
        if lease is None:
            return
        for stream in lease.streams:
            stream.close(code)
        if lease.online:
            self._vanish(lease, now)

    def readmit(self, app_id: AppId, contact_id: ContactId) -> None:
        """A contact that was forgotten is back: its tickets open sockets again."""
        self._gone.pop((app_id, contact_id), None)

    def farewell(self, app_id: AppId, contact_id: ContactId) -> int | None:
        """The close code for a contact that is no more; none for everybody else."""
        return self._gone.get((app_id, self._heir(app_id, contact_id)))

    def merge(self, app_id: AppId, contact_id: ContactId, heir: ContactId, now: float) -> None:
        """One contact goes up in another: its sockets, tickets and last beat count for that one. Rule R73."""
        self.inherit(app_id, contact_id, heir)
        old = self._leases.get(app_id, {}).get(contact_id)
        if old is None:
            return
        new = self.lease(app_id, heir)
        for stream in old.streams:
            stream.move_to(new)
        new.streams, old.streams = (*new.streams, *old.streams), ()
        new.devices = _live_devices(old, now) | _live_devices(new, now) or None
        old.devices = None
        if old.online:
            self._vanish(old, now)
            self._take_over(new, old.slot, since=now)
        # While its interval is being written the slot is the ledger's, which asks for the heir afterwards.
        self._release(old.slot)
        old.slot = NO_SLOT
        if new.streams:
            self._queue(new, now + self._offline_seconds)
        self._forget_if_idle(old)
        self._forget_if_idle(new)

    def inherit(self, app_id: AppId, contact_id: ContactId, heir: ContactId) -> None:
        """Let everything said in one contact's name count for another, from now on."""
        self._heirs[app_id, contact_id] = heir
        if len(self._heirs) > MOST_GONE:
            del self._heirs[next(iter(self._heirs))]

    def expire(self, now: float, most: int = 1000) -> int:
        """Take about ``most`` leases whose look is due; those silent for too long go offline. Rule R2.

        Returns how many were looked at: where that is ``most``, there may be more.
        """
        due = self._wheel.take(now, most)
        for item in due:
            if isinstance(item, EarlierLook):
                self._look_at(item.lease, now)
            else:
                item.is_queued = False
                self._look_at(item, now)
        return len(due)

    def restore(self, now: float, lost_seconds: float = 0.0) -> int:
        """Take up what a former process left: who was online is online still. Returns how many. Rule R5.

        Where the machine stopped under that process, whoever was online counts as seen up to ``lost_seconds`` later
        than is known, so that no dot goes off early.
        """
        inherited: list[StoredLease] = []
        for stored in self._file.read():
            times, at = stored.slot.times, stored.slot.at
            if self._file.may_be_behind and stored.until == 0:
                times[at + SEEN] += lost_seconds
            # A clock that went back, such as a test clock's, must not keep a dot on for longer.
            for moment in (SEEN, ACTIVE, SINCE):
                times[at + moment] = min(times[at + moment], now)
            if (stored.app_id, stored.contact_id) in self._heirs:
                inherited.append(stored)
                continue
            lease = self.lease(stored.app_id, stored.contact_id)
            former = lease.slot
            if stored.until == 0 and not lease.online:
                lease.online = True
                lease.slot = stored.slot
                self._online.setdefault(lease.app_id, {})[lease.contact_id] = lease
            elif not lease.online and stored.seen_at > former.times[former.at + SEEN]:
                lease.slot = stored.slot  # of several that ended, the last one knows most
            if stored.until > 0:
                self._ledger.ended(stored.slot)
            for spare in {former, stored.slot} - {lease.slot, NO_SLOT}:
                self._release(spare)
            self._queue(lease, times[at + SEEN] + self._offline_seconds)
        for stored in inherited:
            # The server was killed between a merge and its showing.
            if stored.until > 0:
                self._ledger.ended(stored.slot)
                continue
            if stored.until == 0:
                self._take_over(self.lease(stored.app_id, stored.contact_id), stored.slot, stored.since)
            self._file.free(stored.slot)
        for app_id, online in self._online.items():
            by_since = sorted(online.values(), key=lambda lease: lease.slot.times[lease.slot.at + SINCE])
            self._online[app_id] = {lease.contact_id: lease for lease in by_since}
        return sum(map(len, self._online.values()))

    # What is known

    def lease(self, app_id: AppId, contact_id: ContactId) -> Lease:
        """The contact's lease, made where there is none; of one that was merged, its heir's."""
        contact_id = self._heir(app_id, contact_id)
        leases = self._leases.get(app_id)
        if leases is None:
            leases = self._leases[app_id] = {}
        lease = leases.get(contact_id)
        if lease is None:
            lease = leases[contact_id] = Lease(app_id, contact_id)
        return lease

    def find(self, app_id: AppId, contact_id: ContactId) -> Lease | None:
        return self._leases.get(app_id, {}).get(self._heir(app_id, contact_id))

    def is_online(self, app_id: AppId, contact_id: ContactId) -> bool:
        return contact_id in self._online.get(app_id, ())

    def presence(self, app_id: AppId, contact_id: ContactId) -> Presence | None:
        """Where a contact stands; none where only the database can tell (it is offline then)."""
        lease = self.find(app_id, contact_id)
        if lease is None or lease.slot is NO_SLOT:
            return None
        times, at = lease.slot.times, lease.slot.at
        return Presence(lease.online, times[at + SINCE] if lease.online else None, times[at + SEEN])

    def active_at(self, app_id: AppId, contact_id: ContactId) -> float | None:
        """Last activity where it is known here; may also be asked from another thread."""
        lease = self.find(app_id, contact_id)
        if lease is None or lease.slot is NO_SLOT:
            return None
        slot = lease.slot
        return float(slot.times[slot.at + ACTIVE]) or None

    def online_count(self, app_id: AppId) -> int:
        return len(self._online.get(app_id, ()))

    def online_ids(self, app_id: AppId) -> Collection[ContactId]:
        """Who is online, in the order of coming online. A live view: copy it before you await."""
        return self._online.get(app_id, {}).keys()

    def online_counts(self) -> dict[AppId, int]:
        """How many are online, for each workspace that had anyone."""
        return {app_id: len(online) for app_id, online in self._online.items()}

    def arrivals(self, app_id: AppId, since: float) -> list[ContactId]:
        """Who came online after ``since`` and still is, newest first."""
        arrived: list[ContactId] = []
        for contact_id, lease in reversed(self._online.get(app_id, {}).items()):
            if lease.slot.times[lease.slot.at + SINCE] <= since:
                break
            arrived.append(contact_id)
        return arrived

    def streams(self) -> int:
        """How many messenger sockets are open."""
        return self._open_streams

    # How it comes about

    def _appear(self, lease: Lease, now: float, active_at: float) -> None:
        if lease.slot is not NO_SLOT:
            self._release(lease.slot)
        lease.slot = self._file.take(lease.app_id, lease.contact_id, now, active_at)
        lease.online = True
        self._online.setdefault(lease.app_id, {})[lease.contact_id] = lease
        self._queue(lease, now + self._offline_seconds)
        self._publish(Change(lease.app_id, lease.contact_id, True, now, now, now))

    def _heir(self, app_id: AppId, contact_id: ContactId) -> ContactId:
        return self._heirs.get((app_id, contact_id), contact_id) if self._heirs else contact_id

    def _take_over(self, lease: Lease, slot: Slot, since: float) -> None:
        """Let ``lease`` be online by what stands in another contact's slot, from ``since`` on."""
        times, at = slot.times, slot.at
        seen_at, active_at = times[at + SEEN], times[at + ACTIVE]
        if lease.online:
            seen_at = max(seen_at, lease.slot.times[lease.slot.at + SEEN])
        else:
            self._appear(lease, since, lease.slot.times[lease.slot.at + ACTIVE])
        own, there = lease.slot.times, lease.slot.at
        own[there + SEEN] = seen_at
        own[there + ACTIVE] = max(own[there + ACTIVE], active_at)
        # It may be queued for a later look than this one's silence allows.
        self._wheel.add(EarlierLook(lease), seen_at + self._offline_seconds)

    def _vanish(self, lease: Lease, now: float, until: float | None = None) -> None:
        """The dot goes off at ``now``; the contact was online ``until`` then, or before that."""
        times, at = lease.slot.times, lease.slot.at
        times[at + UNTIL] = now if until is None else until
        lease.online = False
        del self._online[lease.app_id][lease.contact_id]
        self._ledger.ended(lease.slot)
        self._publish(Change(lease.app_id, lease.contact_id, False, now, times[at + SEEN], times[at + SINCE]))

    def _written(self, slot: Slot) -> None:
        """The interval that ended in ``slot`` is in the database."""
        slot.times[slot.at + UNTIL] *= -1
        lease = self.find(*owner(slot))
        if lease is None or lease.slot is not slot:
            self._file.free(slot)

    def _unmask(self, slot: Slot) -> None:
        """Nobody is who beats in ``slot``: a ticket has outlived its contact, and a ping tells who that is now."""
        app_id, contact_id = owner(slot)
        lease = self._leases.get(app_id, {}).get(contact_id)
        if lease is not None and lease.slot is slot and lease.online:
            self.forget(app_id, contact_id, slot.times[slot.at + SEEN], EXPIRED)

    def _release(self, slot: Slot) -> None:
        """Give up a slot whose interval has ended; one that is still being written goes when it is."""
        if slot.times[slot.at + UNTIL] < 0:
            self._file.free(slot)

    def _look_at(self, lease: Lease, now: float) -> None:
        self._close_silent_streams(lease, now)
        times, at = lease.slot.times, lease.slot.at
        if lease.online:
            if not has_gone(times[at + SEEN], now, self._offline_seconds):
                self._queue(lease, times[at + SEEN] + self._offline_seconds)
                self._ledger.seen(lease.slot)
                return
            # Nobody was online while no server ran.
            self._vanish(lease, now, until=times[at + SEEN] + self._offline_seconds)
        if not is_inactive(times[at + ACTIVE], now) or times[at + UNTIL] > 0 or lease.streams:
            self._queue(lease, now + self._offline_seconds)
            return
        if lease.slot is not NO_SLOT:
            self._release(lease.slot)
            lease.slot = NO_SLOT
        self._forget_if_idle(lease)

    def _close_silent_streams(self, lease: Lease, now: float) -> None:
        patience = self._offline_seconds
        for stream in lease.streams:
            if stream.heard_at is None:
                is_silent = now - stream.opened_at >= patience
            else:
                is_silent = now - stream.heard_at >= patience * SILENT_SOCKET_FACTOR
            if is_silent:
                stream.close(SILENT)

    def _queue(self, lease: Lease, due_at: float) -> None:
        if not lease.is_queued:
            lease.is_queued = True
            self._wheel.add(lease, due_at)

    def _forget_if_idle(self, lease: Lease) -> None:
        if lease.slot is NO_SLOT and not lease.streams and not lease.is_queued:
            leases = self._leases[lease.app_id]
            if leases.get(lease.contact_id) is lease:
                del leases[lease.contact_id]

    def _is_live(self, stream: Stream, now: float) -> bool:
        return not stream.has_left and not has_gone(
            stream.heard_at or stream.opened_at, now, self._offline_seconds
        )


def _live_devices(lease: Lease, now: float) -> dict[str, float]:
    devices = lease.devices or {}
    return {device: heard_at for device, heard_at in devices.items() if stream_is_live(heard_at, now)}
