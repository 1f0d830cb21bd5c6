"""Where a workspace lives. Rule R52."""

from pathlib import Path

import pytest

from app.errors import WorkspaceNotFound, WrongRegion
from app.ids import AppId
from app.settings import Settings
from app.workspaces.whereabouts import public_origin, require_here, require_not_elsewhere
from support.serving import settings_in


@pytest.fixture
def europe(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, REGION="eu", REGION_HOSTS="us=app.example.com,eu=app.eu.example.com")


def test_R52_a_workspace_of_this_region_is_here(europe: Settings) -> None:
    require_here(AppId("eabc1234"), europe)


@pytest.mark.parametrize(
    ("app_id", "message", "host"),
    [
        ("uabc1234", "This workspace lives in the us region, at app.example.com", "app.example.com"),
        ("aabc1234", "This workspace lives in the au region, on another deployment", None),
    ],
)
def test_R52_one_of_another_region_is_told_the_right_host(
    europe: Settings, app_id: str, message: str, host: str | None
) -> None:
    with pytest.raises(WrongRegion) as refusal:
        require_here(AppId(app_id), europe)
    assert (refusal.value.message, refusal.value.host, refusal.value.status) == (message, host, 421)


@pytest.mark.parametrize(
    "app_id", ["", "xabc1234", "eabc123", "eabc12345", "EABC1234", "eabc 234", "éabc1234"]
)
def test_what_is_no_app_id_is_nowhere(europe: Settings, app_id: str) -> None:
    with pytest.raises(WorkspaceNotFound):
        require_here(AppId(app_id), europe)
    require_not_elsewhere(AppId(app_id), europe)


def test_R52_links_begin_with_the_host_of_the_region(europe: Settings, tmp_path: Path) -> None:
    assert public_origin(europe) == "https://app.eu.example.com"
    assert public_origin(settings_in(tmp_path, REGION_HOSTS="eu=app.eu.example.com")) is None
