"""Finding those who fit a tree: a page of them in some order. How many they are is the affair of ``counting``.

How depends on what is rare. Where a source has few, they are gathered from it, asked the rest of the tree, and
sorted. Where many fit, the index of the order is walked from where the page begins, and everybody on it is asked the
whole tree: a page is full after few steps. Where that walk finds too little, a histogram may know where the newest
are. Only then are many gathered.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from app.search.asking import Ask, Order
from app.search.clauses import closed
from app.search.cursor import Place
from app.search.histograms import Stretch, stretches_of
from app.search.sources import (
    OF_KNOWN,
    ORDERED,
    Source,
    gathered,
    in_index,
    is_ordered_by_index,
    is_read_through,
    rarest,
    rows_of,
    sources_of,
    tells,
    unanswered,
)
from app.search.store import count_people
from app.search.walks import beyond, ids_on_walk, place_on_walk, stretches
from app.storage.listed import listed_texts
from app.storage.tables import contacts

FEW: Final = 2_000
"""So many are gathered at once."""
SHORT_WALK: Final = 2_000
"""So many steps are worth going before anything is known of who fits."""
MANY: Final = 50_000
"""So many are still quicker gathered and sorted than walked to, where they stand far apart."""
MOST_READ: Final = 50_000
"""So many entries are read of the stretches that have the newest, before all that a source has are thought of."""
_BAD_LUCK: Final = 2
"""A walk may take so many times the steps that it should."""


def few_of(conn: Connection, ask: Ask) -> Source | None:
    """Where one of the sources has few: these, whoever among them fits. Page and count both go on from them."""
    for source in sorted(sources_of(ask.tree, ask.around, ask.roles), key=is_read_through):
        # An index that is read from end to end is read once, and all others are told by a count, which is quicker.
        is_counted = not is_read_through(source)
        if is_counted and conn.execute(rows_of(source, FEW + 1)).scalar_one() > FEW:
            continue
        ids = conn.execute(source.ids.limit(FEW + 1)).scalars().all()
        if len(ids) <= FEW:
            return Source(listed_texts(ids), source.answered)
    return None


def all_of_few(conn: Connection, ask: Ask, few: Source) -> list[Place]:
    """Who fits of a few, all of them, in the order asked for."""
    return _places(conn, ids_gathered(ask, few))


def places_of(
    conn: Connection, ask: Ask, few: Source | None, limit: int, *, after: Place | None = None, offset: int = 0
) -> list[Place]:
    """The first ``limit`` who fit, beyond ``after`` and beyond ``offset`` others, in the order asked for."""
    source = few
    if few is None and ask.order.column in ORDERED | OF_KNOWN:
        wanted = offset + limit
        found = _walked(conn, ask, wanted, after, SHORT_WALK)
        if found is None:
            source, rows = rarest(conn, ask, sources_of(ask.tree, ask.around, ask.roles), MANY)
            attempts = _attempts(conn, ask, source, rows, wanted=wanted, after=after)
            found = next((found for found in attempts if found is not None), None)
        if found is not None:
            return found[offset:]
    return _places(conn, ids_gathered(ask, source, after).limit(limit).offset(offset))


def ids_gathered(ask: Ask, source: Source | None, after: Place | None = None) -> Select[Any, str]:
    """Those who fit, all found and then sorted: the key and the id of each."""
    key, contact_id = closed(contacts.c[ask.order.column]), closed(contacts.c.id)
    columns = [contacts.c[ask.order.column], contacts.c.id]
    if source is None or not is_ordered_by_index(ask, source):
        # A column that no index holds: one that has all the others would be read to its end in place of the source.
        columns.append(contacts.c.pseudonym)
    statement = select(*columns).where(*gathered(ask, source))
    if after is not None:
        statement = statement.where(beyond(ask.order, key, contact_id, after))
    if ask.order.descending:
        return statement.order_by(key.desc().nulls_last(), contact_id.desc())
    return statement.order_by(key.asc().nulls_first(), contact_id.asc())


def _attempts(
    conn: Connection, ask: Ask, source: Source | None, rows: int, *, wanted: int, after: Place | None
) -> Iterator[list[Place] | None]:
    """What is worth trying where a short walk was in vain, before all that a source has are gathered and sorted."""
    if source is not None and rows > MANY:
        yield _newest(conn, ask, source, wanted, after)
    for steps in _further_walks(conn, ask, source, rows, wanted):
        yield _walked(conn, ask, wanted, after, steps)


def newest_of(
    ask: Ask, source: Source, stretch: Stretch, limit: int, after: Place | None = None
) -> Select[Any, str]:
    """The newest who fit in one stretch of a source's index."""
    assert source.column is not None
    conditions = in_index(source.column, stretch.conditions(contacts.c[source.column]), (stretch.role,))
    statement = select(contacts.c.created_at, contacts.c.id).where(
        contacts.c.app_id == ask.around.app_id, *conditions, *unanswered(ask, source)
    )
    key, contact_id = closed(contacts.c.created_at), closed(contacts.c.id)
    if after is not None:
        statement = statement.where(beyond(ask.order, key, contact_id, after))
    return statement.order_by(key.desc(), contact_id.desc()).limit(limit)


def _newest(
    conn: Connection, ask: Ask, source: Source, wanted: int, after: Place | None
) -> list[Place] | None:
    """The newest ``wanted`` who fit, where they are the order and a histogram tells which few stretches have them."""
    if source.answered is None or ask.order != Order() or not is_ordered_by_index(ask, source):
        return None
    ahead = stretches_of(conn, ask, source.answered)
    if ahead is None:
        return None
    found: list[Place] = []
    read = 0
    for stretch in ahead:
        if len(found) == wanted and _key(found[-1]) > stretch.newest:
            return found
        read += stretch.count
        if read > MOST_READ:
            return None
        found += _places(conn, newest_of(ask, source, stretch, wanted, after))
        found = sorted(found, key=lambda place: (_key(place), place.id), reverse=True)[:wanted]
    return found


def _key(place: Place) -> float:
    """When somebody was made, in the order of that."""
    assert isinstance(place.key, float)
    return place.key


def _further_walks(
    conn: Connection, ask: Ask, source: Source | None, rows: int, wanted: int
) -> Iterator[int | None]:
    """The further walks worth trying.

    Each by its steps, or none where it goes to the end. Who fits and is not near stands far apart, or far off: one
    index that tells them all is the quicker way then.
    """
    is_told = source is not None and is_ordered_by_index(ask, source)
    if rows <= MANY:
        # But to read an index through once more takes longer than a walk.
        is_quick = is_told and source is not None and not is_read_through(source)
        if not is_quick and (steps := _steps_to(conn, ask, wanted, rows)) < rows:
            yield steps
        return
    if is_told and SHORT_WALK < _BAD_LUCK * wanted <= MANY:
        # The page is far down, and most may fit on the way.
        yield _BAD_LUCK * wanted
    if not is_told or tells(ask.order.column, ask):
        yield None


def _steps_to(conn: Connection, ask: Ask, wanted: int, rows: int) -> int:
    """How far a walk may go for ``wanted`` of the ``rows`` that a source has, where these stand evenly."""
    return _BAD_LUCK * wanted * count_people(conn, ask.around.app_id, ask.roles) // max(1, rows)


def _walked(
    conn: Connection, ask: Ask, wanted: int, after: Place | None, steps: int | None = None
) -> list[Place] | None:
    """The first ``wanted`` who fit, by a walk of so many steps or to the end; none where that could not tell."""
    found: list[Place] = []
    for of_unknown in stretches(ask, after):
        if of_unknown and ask.order.column in OF_KNOWN:
            return None
        until = None
        if steps is not None:
            until = next(iter(_places(conn, place_on_walk(ask, after, steps, of_unknown=of_unknown))), None)
        missing = wanted - len(found)
        found += _places(conn, ids_on_walk(ask, missing, after=after, until=until, of_unknown=of_unknown))
        if len(found) == wanted:
            return found
        if until is not None:
            return None
        after = None
    return found


def _places(conn: Connection, statement: Select[Any, str]) -> list[Place]:
    return [Place(row[0], row[1]) for row in conn.execute(statement)]
