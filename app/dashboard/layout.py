"""What every page of a signed-in teammate has around it: the bar, and the way to other places."""

from dataclasses import dataclass
from typing import Literal

from app.auth.admins import Membership
from app.dashboard.access import Seat

Section = Literal["people", "reports", "settings"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The frame of a page; ``section`` is where in the bar one is."""

    app_id: str
    workspace_name: str
    workspaces: tuple[Membership, ...]
    section: Section
    email: str
    csrf_token: str


def layout_of(seat: Seat, section: Section) -> Layout:
    return Layout(
        app_id=seat.app_id,
        workspace_name=seat.workspace.name,
        workspaces=seat.visit.memberships,
        section=section,
        email=seat.visit.admin.email,
        csrf_token=seat.visit.session.csrf_token,
    )
