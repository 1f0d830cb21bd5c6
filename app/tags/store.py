"""SQL of tags, and of what bears them."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, select, text, update

from app.ids import AdminId, AppId, TagId
from app.storage.tables import taggings, tags
from app.tags.records import Kind, Subject, Tag, Tagging, name_key

_TAG: Final = (tags.c.app_id, tags.c.id, tags.c.name, tags.c.created_at)
_ALL: Final = select(*_TAG).where(tags.c.app_id == bindparam("app_id")).order_by(tags.c.id)
_BY_ID: Final = select(*_TAG).where(tags.c.app_id == bindparam("app_id"), tags.c.id == bindparam("tag_id"))
_HELD: Final = _BY_ID.with_for_update()
_BY_NAME: Final = select(*_TAG).where(
    tags.c.app_id == bindparam("app_id"), tags.c.name_key == bindparam("name_key")
)
# Two who make one name at once: the second finds the first's tag.
_INSERT: Final = text(
    """
    INSERT INTO tags (app_id, name, name_key, created_at) VALUES (:app_id, :name, :name_key, :now)
    ON CONFLICT (app_id, name_key) DO UPDATE SET name_key = excluded.name_key
    RETURNING app_id, id, name, created_at
    """
)
_OF_SUBJECTS: Final[Select[Any]] = (
    select(taggings.c.subject_id, taggings.c.applied_at, taggings.c.applied_by, *_TAG)
    .join(tags, (tags.c.app_id == taggings.c.app_id) & (tags.c.id == taggings.c.tag_id))
    .where(
        taggings.c.app_id == bindparam("app_id"),
        taggings.c.kind == bindparam("kind"),
        taggings.c.subject_id.in_(bindparam("subject_ids", expanding=True)),
    )
    .order_by(taggings.c.applied_at, taggings.c.tag_id)
)
_PUT_ON: Final = text(
    """
    INSERT INTO taggings (app_id, tag_id, kind, subject_id, applied_at, applied_by)
    VALUES (:app_id, :tag_id, :kind, :subject_id, :applied_at, :applied_by)
    ON CONFLICT (app_id, kind, subject_id, tag_id) DO NOTHING
    """
)
# What the other bears already is left to it; the rest of one's tags move over.
_MOVE: Final = text(
    """
    INSERT INTO taggings (app_id, tag_id, kind, subject_id, applied_at, applied_by)
    SELECT app_id, tag_id, kind, :to_id, applied_at, applied_by FROM taggings
    WHERE app_id = :app_id AND kind = :kind AND subject_id = :from_id
    ON CONFLICT (app_id, kind, subject_id, tag_id) DO NOTHING
    """
)


def all_tags(conn: Connection, app_id: AppId) -> list[Tag]:
    """Every tag of a workspace, the first made first."""
    return [Tag(*row) for row in conn.execute(_ALL, {"app_id": app_id})]


def find_tag(conn: Connection, app_id: AppId, tag_id: TagId, *, hold: bool = False) -> Tag | None:
    """One tag; ``hold`` it for this transaction where it is to be changed."""
    given = {"app_id": app_id, "tag_id": tag_id}
    row = conn.execute(_HELD if hold else _BY_ID, given).one_or_none()
    return Tag(*row) if row else None


def find_named(conn: Connection, app_id: AppId, name: str) -> Tag | None:
    """The tag of a name, regardless of case."""
    row = conn.execute(_BY_NAME, {"app_id": app_id, "name_key": name_key(name)}).one_or_none()
    return Tag(*row) if row else None


def insert_tag(conn: Connection, app_id: AppId, name: str, now: float) -> Tag:
    """A new tag; where somebody was faster, theirs."""
    row = conn.execute(_INSERT, {"app_id": app_id, "name": name, "name_key": name_key(name), "now": now})
    return Tag(*row.one())


def rename_tag(conn: Connection, app_id: AppId, tag_id: TagId, name: str) -> None:
    statement = update(tags).where(tags.c.app_id == app_id, tags.c.id == tag_id)
    conn.execute(statement.values(name=name, name_key=name_key(name)))


def delete_tag(conn: Connection, app_id: AppId, tag_id: TagId) -> None:
    """Remove a tag from all that bear it, then itself."""
    conn.execute(delete(taggings).where(taggings.c.app_id == app_id, taggings.c.tag_id == tag_id))
    conn.execute(delete(tags).where(tags.c.app_id == app_id, tags.c.id == tag_id))


def taggings_of(
    conn: Connection, app_id: AppId, kind: Kind, ids: Collection[str]
) -> dict[str, list[Tagging]]:
    """The tags of some contacts, companies or conversations: an entry for each id, the first applied first."""
    found: defaultdict[str, list[Tagging]] = defaultdict(list)
    if ids:
        given = {"app_id": app_id, "kind": kind, "subject_ids": list(ids)}
        for subject_id, applied_at, applied_by, *tag in conn.execute(_OF_SUBJECTS, given):
            found[subject_id].append(Tagging(Tag(*tag), applied_at, applied_by))
    return {subject_id: found[subject_id] for subject_id in ids}


def put_on(
    conn: Connection,
    app_id: AppId,
    tag_id: TagId,
    subject: Subject,
    *,
    by: AdminId | None,
    now: float,
) -> bool:
    """Whether the subject bears the tag only since now."""
    given = {"app_id": app_id, "tag_id": tag_id, "kind": subject.kind, "subject_id": subject.id}
    return conn.execute(_PUT_ON, given | {"applied_at": now, "applied_by": by}).rowcount > 0


def take_off(conn: Connection, app_id: AppId, tag_id: TagId, subject: Subject) -> bool:
    """Whether the subject bore the tag until now."""
    statement = delete(taggings).where(taggings.c.tag_id == tag_id, *_of(app_id, subject))
    return conn.execute(statement).rowcount > 0


def forget_subject(conn: Connection, app_id: AppId, subject: Subject) -> int:
    """Take off all that it bears; returns how many tags that was."""
    return conn.execute(delete(taggings).where(*_of(app_id, subject))).rowcount


def move_taggings(conn: Connection, app_id: AppId, kind: Kind, from_id: str, to_id: str) -> None:
    """What one bears, the other bears from now on."""
    conn.execute(_MOVE, {"app_id": app_id, "kind": kind, "from_id": from_id, "to_id": to_id})
    forget_subject(conn, app_id, Subject(kind, from_id))


def _of(app_id: AppId, subject: Subject) -> tuple[Any, ...]:
    columns = taggings.c
    return columns.app_id == app_id, columns.kind == subject.kind, columns.subject_id == subject.id
