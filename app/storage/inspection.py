"""Looking a database over: what is wrong with it, in sentences.

Nothing is written, made or mended, whatever is found.
"""

import asyncio
import os
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from app.errors import PorchlightError
from app.storage.faults import as_answer, reason_of
from app.storage.migrations import current_revision, newest_revision
from app.storage.sqlite import file_of, make_engine, open_reader
from app.storage.tables import metadata
from app.storage.tables.histograms import LOWEST

MOST_FAULTS: Final = 20
_PATIENCE_SECONDS: Final = 3_600.0
_MISCOUNTED: Final = text(
    """
    SELECT app_id, role, sum(there) AS there, sum(kept) AS kept FROM (
      SELECT app_id, role, 0 AS there, count AS kept FROM people_counts
      UNION ALL SELECT app_id, role, count(*), 0 FROM contacts WHERE listed GROUP BY app_id, role
    ) AS counts
    GROUP BY app_id, role HAVING sum(there) <> sum(kept) ORDER BY app_id, role
    """
)
_BUCKETS: Final = """
    SELECT app_id, role, bound, kept, there, newest, newest_there FROM (
      SELECT app_id, role, bound, count AS kept, newest, (
        SELECT count(*) FROM contacts WHERE {of_bucket}
      ) AS there, (
        SELECT max(created_at) FROM contacts WHERE {of_bucket}
      ) AS newest_there
      FROM (
        SELECT app_id, role, bound, count, newest, lead(bound) OVER (PARTITION BY app_id, role ORDER BY bound) AS next
        FROM histograms WHERE field = '{field}'
        UNION ALL SELECT app_id, role, {lowest}, NULL, NULL, NULL FROM people_counts
        WHERE NOT EXISTS (
          SELECT 1 FROM histograms WHERE histograms.app_id = people_counts.app_id
          AND histograms.role = people_counts.role AND field = '{field}' AND bound = {lowest}
        )
      ) AS buckets
    ) WHERE kept IS NOT there OR newest_there > coalesce(newest, {below}) ORDER BY app_id, role, bound
"""
_OF_BUCKET: Final = (
    "contacts.app_id = buckets.app_id AND contacts.role = buckets.role AND listed AND {field} IS NOT NULL "
    "AND {field} >= bound AND {field} < coalesce(next, x'')"
)
# On PostgreSQL one can also be switched off.
_TRIGGERS: Final = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": text("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"),
}


def faults_of(url: str) -> list[str]:
    """Every fault found in the database that ``url`` names; none where all is well."""
    try:
        if url.startswith("sqlite"):
            return _faults_of_sqlite(url)
        return asyncio.run(_faults_of_postgres(url))
    except PorchlightError as error:
        return [reason_of(error.__cause__ or error, error)]
    except Exception as error:
        answer = as_answer(error)
        if answer is None:
            raise
        return [reason_of(error, answer)]


def _faults_of_sqlite(url: str) -> list[str]:
    path = file_of(url)
    if not path.is_file():
        return [f"there is no database at {path}: porchlight migrate makes one"]
    connection = open_reader(make_engine(path), path)
    try:
        with connection.begin():
            faults = _damage(connection) or [*_disorder(connection), *_broken_references(connection)]
            return [*_closed_places(path), *faults]
    finally:
        connection.close()


def _closed_places(path: Path) -> list[str]:
    """Where whoever asks may not write, though a server has to: the file, and its folder for the journal."""
    places = [place for place in (path, path.parent) if not os.access(place, os.W_OK)]
    return [f"{place} can't be written by this user" for place in places]


async def _faults_of_postgres(url: str) -> list[str]:
    from app.storage.postgres import PostgresDatabase  # noqa: PLC0415  An extra brings its driver.

    database = PostgresDatabase(url)
    try:
        return await database.read(_disorder, _PATIENCE_SECONDS)
    finally:
        await database.close()


def _damage(conn: Connection) -> list[str]:
    """What SQLite finds when it reads every page of the file."""
    rows = conn.execute(text(f"PRAGMA integrity_check({MOST_FAULTS})")).scalars()
    return [f"the file is damaged: {row}" for row in rows if row != "ok"]


def _disorder(conn: Connection) -> list[str]:
    return _gaps(conn) or [*_miscounts(conn), *_misplaced(conn)]


def _gaps(conn: Connection) -> list[str]:
    """What the schema lacks."""
    revision = current_revision(conn)
    if revision is None:
        return ["the database has no schema: porchlight migrate makes it"]
    if revision != newest_revision():
        return [f"the schema is at revision {revision}, and this version works with {newest_revision()}"]
    found = inspect(conn)
    there = set(found.get_table_names())
    triggers = set(conn.execute(_TRIGGERS[conn.dialect.name]).scalars())
    faults = [f"table {name} is missing" for name in metadata.tables if name not in there]
    for table in metadata.tables.values():
        if table.name in there:
            indexes = {index["name"] for index in found.get_indexes(table.name)}
            faults += [
                f"index {index.name} is missing" for index in table.indexes if index.name not in indexes
            ]
            columns = {column["name"] for column in found.get_columns(table.name)}
            faults += [
                f"column {column} is missing" for column in table.columns if column.name not in columns
            ]
            made = table.info.get("triggers", {}).get(conn.dialect.name, ())
            faults += [f"trigger {name} is missing" for name in made if name not in triggers]
    return faults


def _miscounts(conn: Connection) -> list[str]:
    """Where the database's own count of people is not how many there are."""
    rows = conn.execute(_MISCOUNTED).fetchmany(MOST_FAULTS)
    return [
        f"workspace {row.app_id} lists {row.there} contacts of the role {row.role}, and counts {row.kept}"
        for row in rows
    ]


def _misplaced(conn: Connection) -> list[str]:
    """Where a histogram says otherwise than the contacts."""
    if conn.dialect.name != "sqlite":
        return []
    faults = []
    for field, lowest in LOWEST.items():
        of_bucket = _OF_BUCKET.format(field=field)
        buckets = _BUCKETS.format(field=field, lowest=lowest, of_bucket=of_bucket, below=LOWEST["created_at"])
        for row in conn.execute(text(buckets)).fetchmany(MOST_FAULTS):
            whose = f"whose {field} is from {row.bound!r} on, and its histogram says"
            faults.append(
                f"workspace {row.app_id} has {row.there} contacts of the role {row.role} {whose} {row.kept}"
                if row.kept != row.there
                else f"workspace {row.app_id} has contacts of the role {row.role} made until {row.newest_there} "
                f"{whose} {row.newest}"
            )
    return faults


def _broken_references(conn: Connection) -> list[str]:
    """Rows that refer to rows which are not there."""
    rows = conn.execute(text("PRAGMA foreign_key_check")).fetchmany(MOST_FAULTS)
    return [f"a row of {row[0]} refers to a row of {row[2]} that is not there" for row in rows]
