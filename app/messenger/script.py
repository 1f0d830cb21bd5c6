"""The messenger's script: written in parts, so that each reads in one sitting, and loaded as one.

The parts lie under ``static/messenger/``. None is a module of its own: joined within one function, they share
their names with each other, and not with the page. Comments are for those who read the parts: a third of the
bytes, which pages need not load.
"""

import re
from typing import Final

from app.static_files import static_dir

# What a part needs while it loads comes before it; the last one starts the script.
PARTS: Final = (
    "state.js",
    "timers.js",
    "settings.js",
    "visitor.js",
    "pings.js",
    "tabs.js",
    "heartbeats.js",
    "visibility.js",
    "events.js",
    "person.js",
    "page.js",
)
# Comments that have their lines to themselves; one behind code stays.
_COMMENTS: Final = re.compile(r"^[ ]*(?:/\*\*.*?\*/|//[^\n]*)\n+", re.DOTALL | re.MULTILINE)


def joined_script() -> str:
    """The script as it is served; raises FileNotFoundError in a broken installation."""
    folder = static_dir() / "messenger"
    parts = [_COMMENTS.sub("", (folder / name).read_text("utf-8")) for name in PARTS]
    return "\n".join(
        ["/** Porchlight's messenger. */", "(function () {", '"use strict";\n', *parts, "})();\n"]
    )
