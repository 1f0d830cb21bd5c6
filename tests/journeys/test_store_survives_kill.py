"""What was answered is there after kill -9, whatever the moment."""

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

ROUNDS = 6

_WRITER = """
import asyncio, sys
from sqlalchemy import text
from app.storage.database import open_database

INSERT = text("INSERT INTO notes (id, body) VALUES (:id, :body)")
PAIR = text("INSERT INTO pairs (id) VALUES (:id)")

async def main(url, first):
    database = await open_database(url)
    async def client(number):
        id = first + number
        while True:
            def work(conn):
                conn.execute(INSERT, {"id": id, "body": "x" * 2000})
                conn.execute(PAIR, {"id": id})
            await database.write(work)
            print(id, flush=True)
            id += 16
    await asyncio.gather(*(client(number) for number in range(16)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def test_every_answered_write_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)")
        plain.execute("CREATE TABLE pairs (id INTEGER PRIMARY KEY)")
    plain.close()
    chance = random.Random(4711)
    answered: set[int] = set()
    for number in range(ROUNDS):
        # Up to 2,000 writes of 2 KB: some rounds die within a checkpoint, some before the first.
        answered |= _write_and_kill(path, first=number * 1_000_000, answers=chance.randrange(1, 2_000))
        _assert_nothing_is_lost(path, answered)


def _write_and_kill(path: Path, first: int, answers: int) -> set[int]:
    """Let a process write until it has reported so many answers, kill it, and return all that it reported."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, f"sqlite:///{path}", str(first)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    reported = {int(process.stdout.readline()) for _ in range(answers)}
    process.kill()
    # What was in the pipe was answered too; a last line without its end may be cut short.
    reported |= {int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
    process.stdout.close()
    process.wait()
    return reported


def _assert_nothing_is_lost(path: Path, answered: set[int]) -> None:
    plain = sqlite3.connect(path)
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    notes = {row[0] for row in plain.execute("SELECT id FROM notes")}
    pairs = {row[0] for row in plain.execute("SELECT id FROM pairs")}
    plain.close()
    assert answered <= notes
    assert notes == pairs  # and no write is there by half
