"""Whatever may be done to contacts, at random: what the database keeps of them itself has to follow."""

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, select, text, update

from app.ids import AppId
from app.storage.tables import contacts
from support.searching import NOW, crowd, row_of

APPS = (AppId("uaaaaaaa"), AppId("ubbbbbbb"))
ROLES = ("lead", "user", "visitor")
ROWS = [row_of(APPS[0], person, external_id=None, email_key=None) for person in crowd(200)]
TEXTS = ("", "A", "Aa", "a", "Perú", "Zürich", "\x7f", "王", "🐚")
MOMENTS = ("created_at", "updated_at", "last_seen_at", "signed_up_at", "last_contacted_at", "last_replied_at")
FACTS = ("country", "region", "city", "browser", "os")
COLUMNS = (*MOMENTS, *FACTS, "session_count", "owner_id")


def any_value(rng: random.Random, column: str) -> Any:
    """One that others have too, or nobody else; none is as good where it may be unknown."""
    if contacts.c[column].nullable and rng.random() < 0.2:
        return None
    if column in MOMENTS:
        return rng.choice(
            (NOW, NOW + 0.5, -1.0, 0.0, NOW + rng.randrange(-50, 50), rng.uniform(-NOW, 2 * NOW))
        )
    if column in FACTS:
        return rng.choice((*TEXTS, f"City {rng.randrange(100)}"))
    return rng.choice((0, 1, 2, rng.randrange(100)))


def any_values(rng: random.Random) -> dict[str, Any]:
    return {column: any_value(rng, column) for column in rng.sample(COLUMNS, rng.randrange(1, 4))}


def fresh(rng: random.Random, count: int, **values: Any) -> list[dict[str, Any]]:
    return [
        rng.choice(ROWS)
        | {"id": f"{rng.getrandbits(96):024x}", "role": rng.choice(ROLES), "listed": rng.random() < 0.7}
        | {column: any_value(rng, column) for column in COLUMNS}
        | values
        for _ in range(count)
    ]


def some(rng: random.Random) -> Any:
    """A condition on contacts that holds for a few of them."""
    return func.substr(contacts.c.id, 3, 1).in_(rng.sample("0123456789abcdef", 4))


def add(conn: Connection, rng: random.Random) -> None:
    conn.execute(insert(contacts), fresh(rng, rng.randrange(1, 30)))


def copy_some(conn: Connection, rng: random.Random) -> None:
    copied = [column for column in contacts.c if column.name not in ("app_id", "id", "anonymous_id")]
    # Never copies of copies, which might bear the same id.
    new_id = literal(f"f{rng.getrandbits(28):07x}").concat(func.substr(contacts.c.id, 9))
    rows = select(literal(rng.choice(APPS)), new_id, *copied).where(some(rng), contacts.c.id < "f")
    names = ["app_id", "id", *(column.name for column in copied)]
    conn.execute(insert(contacts).from_select(names, rows))


def add_again(conn: Connection, rng: random.Random) -> None:
    """Rows that are there already are left alone, and so is the count; the new one is counted."""
    given = fresh(rng, 2)
    names = ", ".join(given[0])
    there = f"INSERT INTO contacts ({names}) SELECT {names} FROM contacts WHERE true ON CONFLICT DO NOTHING"
    conn.execute(insert(contacts), given)
    conn.execute(text(there))
    if conn.dialect.name == "sqlite":
        conn.execute(insert(contacts).prefix_with("OR IGNORE"), [*given, *fresh(rng, 1)])


def give_roles(conn: Connection, rng: random.Random) -> None:
    conn.execute(update(contacts).where(some(rng)).values(role=rng.choice(ROLES)))


def hide_or_show(conn: Connection, rng: random.Random) -> None:
    conn.execute(update(contacts).where(some(rng)).values(listed=rng.random() < 0.5))


def change_all_at_once(conn: Connection, rng: random.Random) -> None:
    values = {"app_id": rng.choice(APPS), "role": rng.choice(ROLES), "listed": rng.random() < 0.5}
    conn.execute(update(contacts).where(some(rng)).values(values))


def change_one_by_one(conn: Connection, rng: random.Random) -> None:
    ids = conn.execute(select(contacts.c.id).where(some(rng))).scalars().all()
    rows = [{"of_id": id_, "role": rng.choice(ROLES), "listed": rng.random() < 0.5} for id_ in ids]
    of_id = contacts.c.id == bindparam("of_id")
    if rows:
        conn.execute(
            update(contacts).where(of_id).values(role=bindparam("role"), listed=bindparam("listed")), rows
        )


def give_values(conn: Connection, rng: random.Random) -> None:
    conn.execute(update(contacts).where(some(rng)).values(any_values(rng)))


def give_values_and_places(conn: Connection, rng: random.Random) -> None:
    place = {"app_id": rng.choice(APPS), "role": rng.choice(ROLES), "listed": rng.random() < 0.5}
    kept = {column: place[column] for column in rng.sample(list(place), rng.randrange(1, 4))}
    conn.execute(update(contacts).where(some(rng)).values(any_values(rng) | kept))


def give_values_of_another_column(conn: Connection, rng: random.Random) -> None:
    """Each gets one of its own."""
    given = {"last_seen_at": contacts.c.created_at, "created_at": contacts.c.updated_at}
    given |= {"country": contacts.c.city, "session_count": contacts.c.session_count + 1}
    conn.execute(update(contacts).where(some(rng)).values(given))


def add_or_change(conn: Connection, rng: random.Random) -> None:
    """One statement for those who are there and for who is new."""
    [row] = fresh(rng, 1)
    names = ", ".join(row)
    conn.execute(insert(contacts), [row])
    several = f"INSERT INTO contacts ({names}) SELECT {names} FROM contacts"
    changes = (
        "listed = NOT contacts.listed, session_count = contacts.session_count + 2, country = NULL, city = 'A'"
    )
    conn.execute(
        text(f"{several} WHERE substr(id, 3, 1) = :digit ON CONFLICT (app_id, id) DO UPDATE SET {changes}"),
        {"digit": rng.choice("0123456789abcdef")},
    )


def change_something_else(conn: Connection, rng: random.Random) -> None:
    conn.execute(update(contacts).where(some(rng)).values(name="Ada", role=contacts.c.role))


def remove(conn: Connection, rng: random.Random) -> None:
    conn.execute(delete(contacts).where(some(rng)))


def think_better_of_it(conn: Connection, rng: random.Random) -> None:
    with conn.begin_nested() as savepoint:
        rng.choice(DEEDS[:-1])(conn, rng)
        savepoint.rollback()


DEEDS: tuple[Callable[[Connection, random.Random], None], ...] = (
    add,
    copy_some,
    add_again,
    give_roles,
    hide_or_show,
    change_all_at_once,
    change_one_by_one,
    give_values,
    give_values_and_places,
    give_values_of_another_column,
    add_or_change,
    change_something_else,
    remove,
    think_better_of_it,
)
