"""``porchlight team …``, as an operator meets it."""

import pytest

from support.shell import Shell, assert_refused, shell, type_in

__all__ = ["shell"]


def test_a_team_is_made_set_and_deleted(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    app_id = shell.made("workspace", "create", "Acme")["app_id"]
    type_in(monkeypatch, b"correct horse\n")
    shell.made("admin", "create", app_id, "ada@example.com", "--password-stdin")
    team_id = shell.made("team", "create", app_id, "Sales", "--member", "ada@example.com")["team_id"]
    assert shell.made("team", "set", app_id, team_id) == {"team_id": team_id}
    assert shell.made("team", "delete", app_id, team_id) == {"deleted": team_id}
    assert_refused(shell.run("team", "delete", app_id, team_id), "Team not found")
