"""What commands share: a database whose schema is up to date, and the way they print."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from app.commands.running import run, show, write
from app.settings import Settings, load_settings
from app.storage.tables import workspaces
from app.workspaces.operations import create_workspace


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({}, tmp_path)


def _count(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(workspaces)).scalar_one())


def test_a_command_finds_a_database_where_there_was_none(settings: Settings) -> None:
    assert run(settings, lambda database: database.read(_count)) == 0


def test_what_a_command_wrote_is_there_for_the_next(settings: Settings) -> None:
    write(settings, lambda conn, now: create_workspace(conn, "Acme", now))
    assert run(settings, lambda database: database.read(_count)) == 1


def test_what_was_made_is_shown_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show("app_id", "uacme000")
    assert capsys.readouterr().out == "app_id: uacme000\n"
