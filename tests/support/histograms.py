"""What the buckets of histograms have to say, told in plain Python: the oracle that the triggers are held against."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.storage.bucketing import Bucket
from app.storage.tables import contacts
from app.storage.tables.histograms import LOWEST

_BELOW = {"-9e99": -9e99, "''": ""}


@dataclass
class Stretch:
    """Those who lie in a bucket."""

    count: int = 0
    newest: float = -9e99


def buckets_of(conn: Connection) -> list[Bucket]:
    rows = conn.exec_driver_sql("SELECT app_id, role, field, bound, count, newest FROM histograms")
    return [Bucket(*row) for row in rows]


def wrong_buckets(conn: Connection) -> list[str]:
    """Where a histogram says otherwise than a look at every contact there is."""
    buckets = buckets_of(conn)
    bounds: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for bucket in buckets:
        bounds[bucket.app_id, bucket.role, bucket.field].append(bucket.bound)
    for (_, _, field), known in bounds.items():
        known.sort()
        assert known[0] == _BELOW[LOWEST[field]]
    there: dict[tuple[str, str, str, Any], Stretch] = defaultdict(Stretch)
    for row in conn.execute(select(contacts)).mappings():
        for field in LOWEST:
            if row["listed"] and row[field] is not None:
                known = bounds[row["app_id"], row["role"], field]
                bound = known[bisect_right(known, row[field]) - 1]
                stretch = there[row["app_id"], row["role"], field, bound]
                stretch.count += 1
                stretch.newest = max(stretch.newest, row["created_at"])
    found = []
    for bucket in buckets:
        stretch = there[bucket.app_id, bucket.role, bucket.field, bucket.bound]
        if bucket.count != stretch.count or not bucket.newest >= stretch.newest:
            found.append(f"{bucket} where {stretch}")
    return found
