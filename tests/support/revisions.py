"""Databases as older versions left them."""

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import Connection

from app.storage.migrations.upgrading import SCRIPTS


def upgrade_to(conn: Connection, revision: str) -> None:
    """Run the migrations of a new database up to a revision."""
    with EnvironmentContext(
        Config(), SCRIPTS, fn=lambda there, _: SCRIPTS._upgrade_revs(revision, there)
    ) as environment:
        environment.configure(connection=conn, render_as_batch=True)
        environment.run_migrations()
