"""What stands in the shapes of teammates, whoever asks."""

import pytest

from app.api.shapes.admins import admin_shape, admin_with_app_shape, team_shape
from app.ids import AdminId, AppId
from app.workspaces.records import Workspace
from app.workspaces.teammates import Away, Teammate
from app.workspaces.teams import Team

ADA = Teammate(AdminId(3), "ada@acme.example", None, "admin")
ACME = Workspace(
    app_id=AppId("eacme123"),
    name="Acme",
    region="eu",
    timezone="Europe/Berlin",
    identity_verification=True,
    identity_secrets=("hush",),
    allowed_origins=(),
    created_at=1.5,
)


def test_an_admin_without_a_name_is_called_by_the_email() -> None:
    assert admin_shape(ADA)["name"] == "ada@acme.example"


@pytest.mark.parametrize(
    ("away", "shown"),
    [(None, (False, False)), (Away(1.0, False, None), (True, False)), (Away(1.0, True, 4), (True, True))],
)
def test_away_is_two_switches(away: Away | None, shown: tuple[bool, bool]) -> None:
    shape = admin_shape(Teammate(ADA.id, ADA.email, None, "admin", away))
    assert (shape["away_mode_enabled"], shape["away_mode_reassign"]) == shown


def test_the_app_is_shown_without_its_secrets() -> None:
    shape = admin_with_app_shape(ADA, ACME)
    assert shape["app"]["region"] == "EU"
    assert shape["app"]["created_at"] == 1
    assert "hush" not in str(shape)


def test_ids_of_members_are_numbers() -> None:
    assert team_shape(Team(9, "Sales", (AdminId(3),)))["admin_ids"] == [3]
