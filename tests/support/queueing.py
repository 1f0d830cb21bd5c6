"""Writes for the tests of the queue: notes, and a gate that holds the writer."""

import threading
from collections.abc import Callable

from sqlalchemy import Connection, text

INSERT = text("INSERT INTO notes (body) VALUES (:body)")


def create(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT UNIQUE)"))


def note(body: str) -> Callable[[Connection], None]:
    def work(conn: Connection) -> None:
        conn.execute(INSERT, {"body": body})

    return work


def bodies(conn: Connection) -> list[str]:
    return list(conn.scalars(text("SELECT body FROM notes ORDER BY id")))


class Gate:
    """A write that holds the writer's thread until the test lets it go on."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self, conn: Connection) -> None:
        self.entered.set()
        assert self.open.wait(60)
