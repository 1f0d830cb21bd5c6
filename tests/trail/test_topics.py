"""What may be listened to is what is announced."""

import ast
import re
from pathlib import Path

from app.trail.topics import TOPICS

APP = Path(__file__).parents[2] / "app"


def announced() -> set[str]:
    """Every topic that stands whole in a call of ``News``."""
    topics = set()
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "News" and node.args:
                topics |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return topics


def test_every_topic_that_is_announced_may_be_listened_to() -> None:
    whole = {topic for topic in announced() if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", topic)}
    assert whole - TOPICS == set()
