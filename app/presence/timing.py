"""The rules of presence in time. Pure: moments in, answers out.

Presence is a question about one timestamp, so nothing here counts connections.
"""

from typing import Final

HTTP_STREAM_SECONDS: Final = 60.0
"""An HTTP stream that was heard from within this time is live. Rule R7."""

HIDDEN_BEAT_SECONDS: Final = 61.0
"""A hidden page beats no oftener than browsers let it: about once a minute. Rule R6."""

IDLE_SECONDS: Final = 1800.0
"""After more than this without activity a heartbeat is activity no more: only a ping is. Rule R10."""


def has_gone(seen_at: float, now: float, offline_seconds: float) -> bool:
    """Whether a contact last heard at ``seen_at`` is offline at ``now``: after the time is up, not at it. Rule R2."""
    return now - seen_at > offline_seconds


def is_inactive(active_at: float, now: float) -> bool:
    """Whether a contact last active at ``active_at`` has been inactive for more than half an hour. Rule R10."""
    return now - active_at > IDLE_SECONDS


def active_after_heartbeat(active_at: float, now: float, visible: bool) -> float:
    """When the contact was last active, once a heartbeat has come at ``now``. Rule R10."""
    return active_at if not visible or is_inactive(active_at, now) else max(active_at, now)


def stream_is_live(heard_at: float, now: float) -> bool:
    """Whether an HTTP stream still stands for a device that is there. Rule R7."""
    return now - heard_at <= HTTP_STREAM_SECONDS
