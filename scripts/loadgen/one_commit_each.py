"""``porchlight`` with one change: every write has a commit of its own. The benchmark runs it beside the real one."""

from functools import partial
from unittest.mock import patch

from app import lifespan
from app.cli import main
from app.storage.database import open_database

if __name__ == "__main__":
    with patch.object(lifespan, "open_database", partial(open_database, group_limit=1)):
        main()
