"""A crowd of contacts, as many as one likes, to see how lists and searches do among them.

By hand, from the project's folder:

    PYTHONPATH=scripts:. python -m loadgen.people /tmp/crowd 1000000

fills a data folder, and prints the workspace; serve it with PORCHLIGHT_DATA_DIR=/tmp/crowd.
"""

import random
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import create_engine

from app.contacts.bulk import insert_contacts, newcomer
from app.contacts.records import Contact, Role
from app.ids import AppId, ContactId
from app.storage.migrations import migrate
from app.workspaces.operations import create_workspace

_STARTS = ("Ada", "Ben", "Cara", "Dov", "Eli", "Fay", "Gus", "Hana", "Ivo", "Lea", "Mo", "Nia", "Pia", "Zoe")
_ENDS = ("", "a", "bert", "lyn", "mir", "nor", "son")
_LAST = (
    "Black",
    "Stone",
    "Wood",
    "Hill",
    "Rivers",
    "Moor",
    "Field",
    "Brook",
    "Marsh",
    "Forest",
    "Ash",
    "Elm",
)
_TAILS = ("", "er", "man", "son", "ley", "ton", "well", "by", "worth", "ford", "ham", "wick")
_HOSTS = ("gmail.com", "example.com", "yahoo.com", "acme.example", "corp.example")
_PLACES = (("Atlanta", "United States"), ("Lagos", "Nigeria"), ("Tokyo", "Japan"), (None, None))
_LOT = 20_000


def crowd(app_id: AppId, count: int, now: float, rng: random.Random) -> Iterator[Contact]:
    """Users, leads and visitors, seen over the last months; the same for the same ``rng``."""
    for number in range(count):
        role: Role = rng.choices(("user", "lead", "visitor"), (6, 1, 3))[0]
        first = rng.choice(_STARTS) + rng.choice(_ENDS)
        last = rng.choice(_LAST) + rng.choice(_TAILS)
        city, country = rng.choice(_PLACES)
        is_known = role != "visitor"
        created_at = now - rng.random() * 3e7
        yield newcomer(
            app_id,
            role,
            created_at,
            updated_at=now,
            name=f"{first} {last}" if is_known else None,
            email=f"{first}.{last}.{number}@{rng.choice(_HOSTS)}".lower() if is_known else None,
            external_id=f"u{number}" if role == "user" else None,
            anonymous_id=f"{number:032x}" if role != "user" else None,
            first_seen_at=created_at,
            last_seen_at=now - rng.expovariate(1 / 3e6) if rng.random() > 0.1 else None,
            session_count=min(int(rng.paretovariate(1)), 500),
            city=city,
            country=country,
        )


def fill(database: Path, app_id: AppId, count: int) -> list[ContactId]:
    """Put a crowd into a workspace; returns their ids."""
    now = time.time()
    people = crowd(app_id, count, now, random.Random(7))
    engine = create_engine(f"sqlite:///{database}")
    ids: list[ContactId] = []
    while lot := list(islice(people, _LOT)):
        with engine.begin() as conn:
            insert_contacts(conn, app_id, lot)
        ids += [contact.id for contact in lot]
    engine.dispose()
    return ids


def main(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "porchlight.db"
    migrate(f"sqlite:///{database}")
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as conn:
        app_id = create_workspace(conn, "Crowd", time.time()).app_id
    engine.dispose()
    fill(database, app_id, count)
    print(f"app_id: {app_id}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
