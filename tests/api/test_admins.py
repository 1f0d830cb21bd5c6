"""Teammates and teams over REST, on a running server."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from app.api.admins import read_away
from app.errors import ParameterInvalid, ParameterNotFound
from app.trail.records import CLI
from app.workspaces.teammates import Away
from app.workspaces.teams import create_team
from support.claims import assert_error_list
from support.rest import Tenant, add_admin
from support.serving import START, Served

HERE = {"away_mode_enabled": False, "away_mode_reassign": False}
AWAY = {"away_mode_enabled": True, "away_mode_reassign": True, "away_status_reason_id": 12345}


async def test_me_is_the_first_admin_with_the_workspace(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    ada = await add_admin(server, acme)
    me = (await client.get("/me", headers=acme.headers)).json()
    assert (me["type"], me["id"], me["email"], me["name"]) == ("admin", str(ada), "ada@acme.example", "Ada")
    assert me["app"] == {
        "type": "app",
        "id_code": acme.app_id,
        "name": "Acme",
        "region": "US",
        "timezone": "UTC",
        "created_at": int(START),
        "secure": False,
        "identity_verification": False,
    }
    assert me["avatar"] == {"type": "avatar", "image_url": None}
    assert (me["email_verified"], me["has_inbox_seat"]) == (False, True)


async def test_me_stands_for_the_token_where_there_is_no_admin(
    client: httpx2.AsyncClient, acme: Tenant
) -> None:
    me = (await client.get("/me", headers=acme.headers)).json()
    assert (me["id"], me["name"]) == ("0", "test")
    assert me["email"].endswith(".invalid")


async def test_admins_are_listed_and_got(client: httpx2.AsyncClient, server: Served, acme: Tenant) -> None:
    ada = await add_admin(server, acme)
    listed = (await client.get("/admins", headers=acme.headers)).json()
    assert listed == {"type": "admin.list", "admins": [listed["admins"][0]]}
    expected = {
        "type": "admin",
        "id": str(ada),
        "name": "Ada",
        "email": "ada@acme.example",
        "job_title": None,
        "away_mode_enabled": False,
        "away_mode_reassign": False,
        "away_status_reason_id": None,
        "has_inbox_seat": True,
        "team_ids": [],
        "avatar": None,
        "team_priority_level": None,
    }
    assert listed["admins"] == [expected]
    assert (await client.get(f"/admins/{ada}", headers=acme.headers)).json() == expected


async def test_an_admin_goes_away_and_comes_back(
    client: httpx2.AsyncClient, server: Served, acme: Tenant
) -> None:
    ada = await add_admin(server, acme)
    gone = (await client.put(f"/admins/{ada}/away", headers=acme.headers, json=AWAY)).json()
    assert (gone["away_mode_enabled"], gone["away_mode_reassign"]) == (True, True)
    assert gone["away_status_reason_id"] == 12345
    assert (await client.get(f"/admins/{ada}", headers=acme.headers)).json() == gone
    back = (await client.put(f"/admins/{ada}/away", headers=acme.headers, json=HERE)).json()
    assert (back["away_mode_enabled"], back["away_status_reason_id"]) == (False, None)


async def test_teams_are_listed_and_got(client: httpx2.AsyncClient, server: Served, acme: Tenant) -> None:
    ada = await add_admin(server, acme)
    assert (await client.get("/teams", headers=acme.headers)).json() == {"type": "team.list", "teams": []}
    team = await server.state.database.write(
        lambda conn: create_team(conn, acme.app_id, "Sales", ["ada@acme.example"], actor=CLI, now=START)
    )
    shown = (await client.get(f"/teams/{team.id}", headers=acme.headers)).json()
    assert (shown["type"], shown["id"], shown["name"]) == ("team", str(team.id), "Sales")
    assert shown["admin_ids"] == [ada]
    assert (await client.get("/teams", headers=acme.headers)).json()["teams"] == [shown]
    assert (await client.get(f"/admins/{ada}", headers=acme.headers)).json()["team_ids"] == [team.id]


@pytest.mark.parametrize("admin_id", ["0", "-1", "x", "99999", "9" * 40, "1.5"])
async def test_an_unknown_admin_is_not_found(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, admin_id: str
) -> None:
    await add_admin(server, acme)
    response = await client.get(f"/admins/{admin_id}", headers=acme.headers)
    assert_error_list(response, 404, "admin_not_found", "Admin not found")
    response = await client.put(f"/admins/{admin_id}/away", headers=acme.headers, json=AWAY)
    assert_error_list(response, 404, "admin_not_found", "Admin for admin_id not found")
    response = await client.get(f"/teams/{admin_id}", headers=acme.headers)
    assert_error_list(response, 404, "team_not_found", "Team not found")


async def test_R83_nobody_sees_another_workspaces_teammates(
    client: httpx2.AsyncClient, server: Served, acme: Tenant, globex: Tenant
) -> None:
    stranger = await add_admin(server, globex, "eve@globex.example")
    assert (await client.get("/admins", headers=acme.headers)).json()["admins"] == []
    response = await client.get(f"/admins/{stranger}", headers=acme.headers)
    assert_error_list(response, 404, "admin_not_found", "Admin not found")
    response = await client.put(f"/admins/{stranger}/away", headers=acme.headers, json=AWAY)
    assert_error_list(response, 404, "admin_not_found")


@pytest.mark.parametrize("path", ["/me", "/admins", "/admins/1", "/teams", "/teams/1"])
async def test_nothing_without_a_token(client: httpx2.AsyncClient, path: str) -> None:
    assert_error_list(await client.get(path), 401, "unauthorized", "Access Token Invalid")


@pytest.mark.parametrize(
    ("body", "away"),
    [
        (HERE, None),
        (AWAY, Away(START, True, 12345)),
        (AWAY | {"away_mode_reassign": False}, Away(START, False, 12345)),
        (AWAY | {"away_status_reason_id": None}, Away(START, True, None)),
        ({"away_mode_enabled": True, "away_mode_reassign": True}, Away(START, True, None)),
    ],
)
def test_a_body_tells_who_is_away(body: Mapping[str, Any], away: Away | None) -> None:
    assert read_away(body, START) == away


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, ParameterNotFound),
        ({"away_mode_enabled": True}, ParameterNotFound),
        ({"away_mode_reassign": True}, ParameterNotFound),
        (AWAY | {"away_mode_enabled": "true"}, ParameterInvalid),
        (AWAY | {"away_mode_reassign": 1}, ParameterInvalid),
        (AWAY | {"away_status_reason_id": "12345"}, ParameterInvalid),
        (AWAY | {"away_status_reason_id": 0}, ParameterInvalid),
        (AWAY | {"away_status_reason_id": 1 << 40}, ParameterInvalid),
        (AWAY | {"away_status_reason_id": True}, ParameterInvalid),
    ],
)
def test_a_body_that_tells_nothing_is_refused(body: Mapping[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        read_away(body, START)
