"""The dot, and the "last seen" that belongs to it."""

from dataclasses import dataclass

from app.dashboard.moments import ago, exactly, iso
from app.ids import ContactId
from app.state import AppState
from app.workspaces.records import Workspace


@dataclass(frozen=True, slots=True)
class Seen:
    """A contact's presence as a page shows it.

    ``mark`` is what scripts read: ``now`` for somebody online, else Unix seconds, or nothing for
    somebody never seen. The rest is what people read.
    """

    online: bool
    mark: str
    words: str
    exact: str
    moment: str


def seen_of(
    state: AppState, workspace: Workspace, contact_id: ContactId, stored_at: float | None, now: float
) -> Seen:
    """What presence knows, and where it knows nothing, what the database does: ``stored_at``."""
    presence = state.tracker.presence(workspace.app_id, contact_id)
    at = presence.last_seen_at if presence else stored_at
    if at is None:
        return Seen(False, "", "never", "", "")
    online = presence is not None and presence.online
    return Seen(
        online=online,
        mark="now" if online else f"{at:.3f}",
        words="just now" if online else ago(now - at),
        exact=exactly(at, workspace.timezone),
        moment=iso(at),
    )
