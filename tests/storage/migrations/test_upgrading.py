"""What runs the revisions agrees with what tells whether there are any to run."""

import subprocess
import sys
from pathlib import Path

from app.storage.migrations import migrate, newest_revision
from app.storage.migrations.upgrading import SCRIPTS


def test_newest_revision_is_the_head_of_the_scripts() -> None:
    assert newest_revision() == SCRIPTS.get_current_head()


def test_a_start_with_nothing_to_run_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'there.db'}"
    migrate(url)
    starting = (
        "import sys; from app import serving; serving.migrate(sys.argv[1]); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", starting, url],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout == "False\n"
