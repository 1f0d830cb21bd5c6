"""Keeping the buckets of histograms of about one size: what has grown is cut, and what has dwindled is joined.

A count is exact whatever the buckets are. But it adds up all of them beyond an end of its range, and reads the index
from there to the next bound: so they should be neither many nor large. What has one value can't be cut, and need not
be: a bucket is read from its bound up, and never its bound's own value.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from typing import Any, Final, NoReturn

from sqlalchemy import Connection, TextClause, text

from app.errors import StorageUnavailable
from app.log import get_logger
from app.storage.database import Database
from app.storage.tables.histograms import LOWEST

LOOK_SECONDS: Final = 10.0
SIZE: Final = 4_096
"""So many are cut off as a bucket of their own, from one that has more than twice as many."""
SMALL: Final = SIZE // 4
"""Two neighbours that have fewer together are joined."""
TOGETHER: Final = 8
"""So many are changed in one transaction, so that other writes wait for a few milliseconds only."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One row of ``histograms``."""

    app_id: str
    role: str
    field: str
    bound: Any
    count: int
    newest: float


_COLUMNS: Final = "app_id, role, field, bound, count, newest"
_OF_HISTOGRAM: Final = "FROM histograms WHERE app_id = :app_id AND role = :role AND field = :field"
_GROWN: Final = text(
    f"SELECT {_COLUMNS} FROM histograms WHERE count > :most ORDER BY app_id, role, field, bound"
)
_DWINDLED: Final = text(
    f"""
    SELECT {_COLUMNS} FROM (
      SELECT *, lag(count) OVER (PARTITION BY app_id, role, field ORDER BY bound) AS before FROM histograms
    ) AS buckets
    WHERE count + before < :most ORDER BY app_id, role, field, bound
    """
)
_FOUND: Final = text(f"SELECT {_COLUMNS} {_OF_HISTOGRAM} AND bound = :bound")
_BEFORE: Final = text(f"SELECT {_COLUMNS} {_OF_HISTOGRAM} AND bound < :bound ORDER BY bound DESC LIMIT 1")
_INSERT: Final = text(
    f"INSERT INTO histograms ({_COLUMNS}) VALUES (:app_id, :role, :field, :bound, :count, :newest)"
)
_UPDATE: Final = text(
    "UPDATE histograms SET count = :count, newest = :newest "
    "WHERE app_id = :app_id AND role = :role AND field = :field AND bound = :bound"
)
_DELETE: Final = text(f"DELETE {_OF_HISTOGRAM} AND bound = :bound")


async def keep_even(database: Database) -> NoReturn:
    """Even the buckets out, again and again, for as long as the server runs."""
    while True:
        try:
            await even_out(database)
        except StorageUnavailable as error:
            get_logger().error("storage.histograms_wait", reason=error.message)
        await asyncio.sleep(LOOK_SECONDS)


async def even_out(database: Database) -> None:
    """Cut and join whatever wants it now; raises StorageUnavailable."""
    for grown in await database.read(grown_buckets):
        rest: Bucket | None = grown
        while rest is not None:
            rest = await database.write(partial(cut_off, bucket=rest))
    dwindled = await database.read(dwindled_buckets)
    for start in range(0, len(dwindled), TOGETHER):
        await database.write(partial(join_buckets, buckets=dwindled[start : start + TOGETHER]))


def grown_buckets(conn: Connection) -> list[Bucket]:
    """The buckets that can be cut."""
    found = [Bucket(*row) for row in conn.execute(_GROWN, {"most": 2 * SIZE})]
    return [bucket for bucket in found if _place_of_cut(conn, bucket) is not None]


def dwindled_buckets(conn: Connection) -> list[Bucket]:
    """The buckets that have little more than nobody, as their neighbours before them do."""
    return [Bucket(*row) for row in conn.execute(_DWINDLED, {"most": SMALL})]


def cut_off(conn: Connection, bucket: Bucket) -> Bucket | None:
    """Cut buckets off, the lowest first; returns the rest where that may still be too large."""
    for _ in range(TOGETHER):
        found = _found(conn, _FOUND, bucket)
        if found is None or found.count <= 2 * SIZE:
            return None
        cut = _place_of_cut(conn, found)
        if cut is None:
            return None
        below, newest = conn.execute(_below(found.field), {**asdict(found), "cut": cut}).one()
        conn.execute(_UPDATE, asdict(replace(found, count=below, newest=newest)))
        bucket = replace(found, bound=cut, count=found.count - below)
        conn.execute(_INSERT, asdict(bucket))
    return bucket


def join_buckets(conn: Connection, buckets: Sequence[Bucket]) -> None:
    """Give what each has to its neighbour before it, where they are still few together."""
    for bucket in buckets:
        found, before = _found(conn, _FOUND, bucket), _found(conn, _BEFORE, bucket)
        if found is not None and before is not None and found.count + before.count < SMALL:
            both = replace(before, count=before.count + found.count, newest=max(before.newest, found.newest))
            conn.execute(_UPDATE, asdict(both))
            conn.execute(_DELETE, asdict(found))


def _found(conn: Connection, statement: TextClause, bucket: Bucket) -> Bucket | None:
    row = conn.execute(statement, asdict(bucket)).one_or_none()
    return None if row is None else Bucket(*row)


def _place_of_cut(conn: Connection, bucket: Bucket) -> Any:
    """The value at which enough lie below, the bucket's own bound not counted; none where it has no more than that."""
    return conn.execute(_place(bucket.field), {**asdict(bucket), "size": SIZE}).scalar()


@lru_cache(maxsize=64)
def _place(field: str) -> TextClause:
    return text(
        f"SELECT {field} {_in_index(field)} AND {field} > :bound "
        f"AND {field} < coalesce((SELECT min(bound) {_OF_HISTOGRAM} AND bound > :bound), x'') "
        f"ORDER BY {field} LIMIT 1 OFFSET :size"
    )


@lru_cache(maxsize=64)
def _below(field: str) -> TextClause:
    # Where the bound of a histogram's first bucket is cut from its lowest value, nobody is between.
    newest = f"coalesce(max(created_at), {LOWEST['created_at']})"
    return text(f"SELECT count(*), {newest} {_in_index(field)} AND {field} >= :bound AND {field} < :cut")


def _in_index(field: str) -> str:
    return f"FROM contacts WHERE app_id = :app_id AND role = :role AND listed AND {field} IS NOT NULL"
