"""Running the revisions that a database lacks, by Alembic; it needs no configuration file, and so works from a package.

Apart from ``runner``, which imports it only where there is something to run: to load Alembic takes a tenth of a start.
"""

from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from app.errors import SettingError

SCRIPTS: Final = ScriptDirectory(str(Path(__file__).parent))


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the transaction that ``connection`` has begun.

    Raises SettingError for a database that a newer version of the program made.
    """

    def missing(revision: str, context: MigrationContext) -> list[RevisionStep]:
        return SCRIPTS._upgrade_revs("head", revision)

    try:
        with EnvironmentContext(Config(), SCRIPTS, fn=missing) as environment:
            environment.configure(connection=connection, render_as_batch=True)
            environment.run_migrations()
    except CommandError as error:
        raise SettingError(f"The database was made by a newer version of Porchlight: {error}") from error
