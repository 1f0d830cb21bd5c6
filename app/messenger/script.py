"""The messenger's script: written in parts, so that each reads in one sitting, and loaded as one.

The parts lie under ``static/messenger/``. None is a module of its own: joined within one function, they share
their names with each other, and not with the page. What a part says of itself at its head is for those who
read it there: pages need not load it.
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
_HEAD: Final = re.compile(r"\A/\*\*.*?\*/\s*", re.DOTALL)


def joined_script() -> str:
    """The script as it is served; raises FileNotFoundError in a broken installation."""
    folder = static_dir() / "messenger"
    parts = [_HEAD.sub("", (folder / name).read_text("utf-8")) for name in PARTS]
    return "\n".join(
        ["/** Porchlight's messenger. */", "(function () {", '"use strict";\n', *parts, "})();\n"]
    )
