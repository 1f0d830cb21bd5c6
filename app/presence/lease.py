"""A contact's lease on the green dot, and the open sockets that renew it."""

from typing import Protocol

from app.ids import AppId, ContactId
from app.presence.lease_file import NO_SLOT, Slot


class Stream(Protocol):
    """An open messenger socket, as the tracker sees it."""

    opened_at: float
    heard_at: float | None
    """When a frame last came; none before the first."""
    has_left: bool
    """Whether its last word was a goodbye: such a socket keeps no dot on, though it may still be open."""

    def close(self, code: int) -> None: ...

    def move_to(self, lease: "Lease") -> None:
        """From now on it beats for that contact."""
        ...


class Lease:
    """One contact's hold on the green dot. Offline, ``slot`` keeps what was last known."""

    __slots__ = ("app_id", "contact_id", "devices", "is_queued", "next_due", "online", "slot", "streams")

    def __init__(self, app_id: AppId, contact_id: ContactId) -> None:
        self.app_id = app_id
        self.contact_id = contact_id
        self.online = False
        self.slot: Slot = NO_SLOT
        self.streams: tuple[Stream, ...] = ()
        self.devices: dict[str, float] | None = None  # HTTP streams: device to when it was heard
        self.is_queued = False  # whether the wheel holds it
        self.next_due: Lease | EarlierLook | None = None


class EarlierLook:
    """A second place in the wheel, for a lease that is queued already and has to be looked at before that."""

    __slots__ = ("lease", "next_due")

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.next_due: Lease | EarlierLook | None = None
