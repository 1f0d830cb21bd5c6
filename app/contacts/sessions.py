"""Sessions: how often somebody came by. Pure rules; time comes in as ``now``.

*Web sessions* (users and leads) and *visits* (visitors) follow one rule. *Activity* is a ping, that of
a mobile app too, or a heartbeat from a visible page: it is the contact that is inactive, not its
browser. A ping from the web begins a new session where the contact was inactive for
more than 30 minutes, or where the running session is more than 24 hours old, and only a ping
does: a heartbeat behind 30 idle minutes changes nothing, or the heartbeat of a waking page would
swallow the session that its ping is about to begin. Rules R10 and R11.

*Mobile sessions* are counted per platform: the first registration, then each time the app becomes
active at least 20 seconds after the last one that counted. Rule R12.

A clock that goes backwards begins no session and turns no activity back.
"""

from dataclasses import dataclass
from typing import Final, Literal

from app.presence.timing import is_inactive

SESSION_SECONDS: Final = 86_400.0
MOBILE_PAUSE_SECONDS: Final = 20.0

MobileEvent = Literal["register", "active"]


@dataclass(frozen=True, slots=True)
class Session:
    """A running web session: when it began, and when the contact was last active in it."""

    started_at: float
    active_at: float


@dataclass(frozen=True, slots=True)
class Visit:
    """What a ping means: the session to store, and whether it is one more to count."""

    session: Session
    is_new: bool


def visit(session: Session | None, now: float) -> Visit:
    """Decide whether a ping at ``now`` begins a new web session. None: the contact's first ping."""
    if session is None or _is_over(session, now):
        return Visit(Session(started_at=now, active_at=now), is_new=True)
    return Visit(Session(session.started_at, active_at=max(session.active_at, now)), is_new=False)


def is_running(session: Session, now: float) -> bool:
    """Whether a ping at ``now`` would still belong to the session."""
    return not _is_over(session, now)


def opens_mobile_session(event: MobileEvent, last_counted_at: float | None, now: float) -> bool:
    """Whether ``event`` counts as a mobile session; ``now`` is then the next ``last_counted_at``.

    ``last_counted_at`` is none until a session has counted on this platform: iOS and Android
    each keep their own. Who registers again opens nothing; the activity that follows does.
    """
    if last_counted_at is None:
        return True
    return event == "active" and now - last_counted_at >= MOBILE_PAUSE_SECONDS


def _is_over(session: Session, now: float) -> bool:
    return is_inactive(session.active_at, now) or now - session.started_at > SESSION_SECONDS
