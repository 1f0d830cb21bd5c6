"""The questions of the user list, each answered from an index, also among a million contacts.

A list is a *view*: which people (a tab, and the words searched for), in which order, which
page. Its answer is found in two steps: first the ids of the page, from indexes that hold all
the step needs; then the fifty rows that those ids name. How the ids are found depends on what
is rare:

* nothing is searched for: the index of the order is walked to the page;
* a rare word is searched for: its contacts are gathered, then sorted;
* all words are common: matches stand close together in most orders, so the order is walked a
  little way, and each contact on it is asked for the words. Where that does not fill the page,
  those who have all the words are gathered after all; or, where it is one word and its contacts
  are too many to sort, the order is walked to its end among them.

Who is online is known in memory, not here: the tab *Online now* brings its ids where they are
few, and a question to ask of each id where they are many.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    CursorResult,
    Select,
    bindparam,
    exists,
    func,
    intersect,
    literal_column,
    select,
    true,
    union_all,
)

from app.contacts.records import Role
from app.ids import AppId, ContactId
from app.search.asking import EVERYBODY
from app.storage.tables import contacts, search_words

Order = Literal["last_seen", "name", "sessions", "created"]

PAGE_SIZE: Final = 50
FEW_IDS: Final = 5_000
"""Up to so many ids the tab *Online now* is looked up id by id."""
RARE_ROWS: Final = 20_000
"""A word with no more rows than this is gathered at once. A contact has one or two rows for it."""
SORTABLE_ROWS: Final = 150_000
"""A word with no more rows than this is still quicker gathered and sorted than walked to."""
ASKABLE_ROWS: Final = 30_000
"""So many holders of a word are quicker asked for the other words, one by one, than laid over theirs."""
SHORT_WALK: Final = 2_000
LONGEST_WAIT: Final = 5_000
"""How many of the people recorded since a page was made are looked through for its words."""

KEYS: Final[dict[Order, str]] = {
    "last_seen": "last_seen_at",
    "name": "name_key",
    "sessions": "session_count",
    "created": "created_at",
}
_LAST_CHARACTER: Final = "\U0010ffff"

Ids: TypeAlias = Select[Any] | CompoundSelect[Any]
"""Statements whose first column is ids."""


@dataclass(frozen=True, slots=True)
class View:
    """Which people, in which order, which page (from 1). ``words`` as ``words.query_words`` makes them."""

    role: Role | None = None
    words: tuple[str, ...] = ()
    order: Order = "last_seen"
    descending: bool = True
    page: int = 1

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE_SIZE


@dataclass(frozen=True, slots=True)
class OnlineOnly:
    """The tab *Online now*: its ids where they are few, else none; and whether an id is online."""

    ids: Collection[ContactId] | None
    is_online: Callable[[ContactId], bool]


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as one row of the list."""

    id: ContactId
    role: Role
    name: str | None
    email: str | None
    external_id: str | None
    pseudonym: str
    avatar_url: str | None
    last_seen_at: float | None
    created_at: float
    session_count: int
    city: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class People:
    """One page of a view. ``total`` is how many the whole view has, none where nobody counted."""

    rows: list[Person]
    has_next: bool
    total: int | None


def page_of(conn: Connection, app_id: AppId, view: View, online: OnlineOnly | None = None) -> People:
    """Answer ``view`` for one workspace; only those online, where ``online`` is given."""
    if online is not None and online.ids is not None:
        return _page_of_ids(conn, app_id, view, _sorted_few(conn, app_id, view, online.ids))
    if view.words:
        return _searched(conn, app_id, view, online)
    if online is not None:
        return _walked(conn, app_id, view, ids_in_order(view), online)
    page = ids_in_order(view).limit(PAGE_SIZE + 1).offset(view.offset)
    ids = _ids(conn.execute(page, {"app_id": app_id}))
    return People(rows_of(conn, app_id, ids[:PAGE_SIZE]), len(ids) > PAGE_SIZE, total=None)


def nearest_of(conn: Connection, app_id: AppId, view: View, online: OnlineOnly | None = None) -> People:
    """The first page of a search that would take too long: whoever fits among the first of the order."""
    return _walked(conn, app_id, replace(view, page=1), ids_on_walk(view, SHORT_WALK), online)


def made_since(conn: Connection, app_id: AppId, view: View, since: float, limit: int) -> list[ContactId]:
    """Who belongs to the view and was first recorded at ``since`` or later; at most ``limit`` of them."""
    statement = ids_made_since(view).limit(limit)
    return _ids(conn.execute(statement, {"app_id": app_id, "since": since}))


def belonging(conn: Connection, app_id: AppId, view: View, ids: Collection[ContactId]) -> list[ContactId]:
    """Which of ``ids`` belong to the view."""
    return [contact_id for _, contact_id in _keys_of(conn, app_id, view, ids)]


def last_seen_of(
    conn: Connection, app_id: AppId, ids: Collection[ContactId]
) -> dict[ContactId, float | None]:
    """When each of ``ids`` was last seen, archived or not, as far as the database knows.

    Unknown and deleted ids are left out.
    """
    found: dict[ContactId, float | None] = {}
    for chunk in _chunks(ids):
        rows = conn.execute(moments_of(chunk), {"app_id": app_id})
        found |= {ContactId(row.id): row.last_seen_at for row in rows}
    return found


# The statements, apart so that a test can ask the database how it would go about them.


def ids_in_order(view: View, *conditions: ColumnElement[bool]) -> Ids:
    """The ids of a tab in the view's order, each with its key: read along one covering index for each role."""
    key = contacts.c[KEYS[view.order]]
    columns = select(contacts.c.id, key)
    if view.role is not None:
        walk = columns.where(*_belongs(view.role), *conditions)
        return walk.order_by(*_ordering(view, key, contacts.c.id))
    # Of a union whose order is its own, SQLite takes the first of each part and never sorts.
    every = union_all(*(columns.where(*_belongs(role), *conditions) for role in EVERYBODY))
    return every.order_by(*_ordering(view, literal_column(key.name), literal_column("id")))


def ids_of_words(view: View, rarest: str | None) -> Select[str]:
    """Those who have all the words.

    They are looked for among the holders of ``rarest``; where that is none, because no word has few,
    the words' rows are laid over each other whole.
    """
    if rarest is None:
        is_found: list[ColumnElement[bool]] = [contacts.c.id.in_(intersect(*map(_holders, view.words)))]
    else:
        others = (bears(word) for word in view.words if word != rarest)
        is_found = [contacts.c.id.in_(_holders(rarest)), *others]
    # Not by the key's own column: its index would be read to the end, where few ids are looked up.
    order = _ordering(view, func.coalesce(contacts.c[KEYS[view.order]], None), contacts.c.id)
    return select(contacts.c.id).where(*_belongs_by_id(view.role), *is_found).order_by(*order)


def ids_on_walk(view: View, steps: int) -> Ids:
    """Those who have the words among the first ``steps`` people of the tab's order."""
    walk = ids_in_order(view).limit(steps).subquery("walk")
    key = walk.c[KEYS[view.order]]
    return (
        select(walk.c.id, key).where(_has_words(view, walk.c.id)).order_by(*_ordering(view, key, walk.c.id))
    )


def ids_on_long_walk(view: View, word: str) -> Ids:
    """Those who have a very common word, of a tab's whole order."""
    # An id with nothing added is no column: the primary key stays out of it, and the order's index is read.
    return ids_in_order(view, contacts.c.id.concat("").in_(_holders(word)))


def ids_made_since(view: View) -> Select[str]:
    """Who of a tab was first recorded at ``:since`` or later, and has the words."""
    newest_first = replace(view, order="created", descending=True)
    recorded = ids_in_order(newest_first, contacts.c.created_at >= bindparam("since"))
    newest = recorded.limit(LONGEST_WAIT).subquery("newest")
    return select(newest.c.id).where(_has_words(view, newest.c.id))


def keys_of(view: View, ids: Sequence[ContactId]) -> Select[Any, str]:
    """By what each of ``ids`` that belongs to the view is ordered, and its id."""
    return select(contacts.c[KEYS[view.order]], contacts.c.id).where(
        *_belongs_by_id(view.role), contacts.c.id.in_(ids), *map(bears, view.words)
    )


def moments_of(ids: Sequence[ContactId]) -> Select[str, float | None]:
    """When each of ``ids`` was last seen, but for deleted ones."""
    is_one = contacts.c.app_id == bindparam("app_id"), contacts.c.id.in_(ids)
    return select(contacts.c.id, contacts.c.last_seen_at).where(*is_one, contacts.c.deleted_at.is_(None))


def rows_of_word(word: str, limit: int) -> Select[int]:
    """How many rows the words beginning with ``word`` have, counting no further than ``limit``."""
    some = _holders(word).limit(limit).subquery()
    return select(func.count()).select_from(some)


def _searched(conn: Connection, app_id: AppId, view: View, online: OnlineOnly | None) -> People:
    rarest, rows = _rarest(conn, app_id, view.words, RARE_ROWS)
    if rows > RARE_ROWS:
        near = _walked(conn, app_id, view, ids_on_walk(view, SHORT_WALK), online)
        if near.has_next:
            return near
        rarest, rows = _rarest(conn, app_id, view.words, SORTABLE_ROWS)
        if rows > SORTABLE_ROWS and len(view.words) == 1:
            return _walked(conn, app_id, view, ids_on_long_walk(view, rarest), online)
    asks_each = rows <= ASKABLE_ROWS or len(view.words) == 1
    gathered = ids_of_words(view, rarest if asks_each else None)
    ids = _ids(conn.execute(gathered, {"app_id": app_id}))
    if online is not None:
        ids = list(filter(online.is_online, ids))
    return _page_of_ids(conn, app_id, view, ids)


def _rarest(conn: Connection, app_id: AppId, words: Sequence[str], limit: int) -> tuple[str, int]:
    """The word with the fewest rows, and how many; one more than ``limit`` stands for any number above it."""
    rows = {
        word: conn.execute(rows_of_word(word, limit + 1), {"app_id": app_id}).scalar_one() for word in words
    }
    rarest = min(rows, key=lambda word: rows[word])
    return rarest, rows[rarest]


def _walked(conn: Connection, app_id: AppId, view: View, ids: Ids, online: OnlineOnly | None) -> People:
    """The page as found by taking ``ids`` one by one, as far as the page reaches."""
    wanted = view.offset + PAGE_SIZE + 1
    found: list[ContactId] = []
    with conn.execute(ids, {"app_id": app_id}, execution_options={"yield_per": 1_000}) as result:
        for contact_id in map(ContactId, result.scalars()):
            if online is None or online.is_online(contact_id):
                found.append(contact_id)
                if len(found) == wanted:
                    break
    page = found[view.offset : view.offset + PAGE_SIZE]
    has_next = len(found) == wanted
    return People(rows_of(conn, app_id, page), has_next, total=None if has_next else len(found))


def _sorted_few(conn: Connection, app_id: AppId, view: View, ids: Collection[ContactId]) -> list[ContactId]:
    """Those of ``ids`` that belong to the view, in its order."""
    found = _keys_of(conn, app_id, view, ids)
    # Whoever was never seen comes below all that were, as in the indexes.
    found.sort(key=lambda row: (row[0] is not None, row[0] or 0, row[1]), reverse=view.descending)
    return [contact_id for _, contact_id in found]


def _keys_of(
    conn: Connection, app_id: AppId, view: View, ids: Collection[ContactId]
) -> list[tuple[Any, ContactId]]:
    found: list[tuple[Any, ContactId]] = []
    for chunk in _chunks(ids):
        rows = conn.execute(keys_of(view, chunk), {"app_id": app_id})
        found += [(row[0], ContactId(row[1])) for row in rows]
    return found


def _page_of_ids(conn: Connection, app_id: AppId, view: View, ids: Sequence[ContactId]) -> People:
    page = ids[view.offset : view.offset + PAGE_SIZE]
    return People(rows_of(conn, app_id, page), len(ids) > view.offset + PAGE_SIZE, total=len(ids))


def rows_of(conn: Connection, app_id: AppId, ids: Sequence[ContactId]) -> list[Person]:
    """The people of ``ids``, in that order."""
    if not ids:
        return []
    columns = [contacts.c[field.name] for field in fields(Person)]
    statement = select(*columns).where(contacts.c.app_id == bindparam("app_id"), contacts.c.id.in_(ids))
    people = {row.id: Person(*row) for row in conn.execute(statement, {"app_id": app_id})}
    return [people[contact_id] for contact_id in ids if contact_id in people]


def _belongs(role: str) -> list[ColumnElement[bool]]:
    """In this workspace, on the lists, and of the tab's role."""
    # In the very words of the partial indexes: SQLite does not see that ``listed = 1`` is ``listed``.
    listed: ColumnElement[bool] = literal_column("contacts.listed")
    return [contacts.c.app_id == bindparam("app_id"), listed, contacts.c.role == role]


def _belongs_by_id(role: Role | None) -> list[ColumnElement[bool]]:
    """The same, where contacts are looked up by their ids."""
    # Not in the words of the partial indexes, and the role with nothing added is no column: else an index that
    # holds all that is asked would be read to its end.
    conditions = [contacts.c.app_id == bindparam("app_id"), contacts.c.listed.is_(True)]
    return conditions if role is None else [*conditions, contacts.c.role.concat("") == role]


def _holders(word: str) -> Select[str]:
    """The ids of those who have a word that begins with ``word``; some of them twice."""
    stored = search_words.c.word
    return select(search_words.c.contact_id).where(
        search_words.c.app_id == bindparam("app_id"), stored >= word, stored < word + _LAST_CHARACTER
    )


def _has_words(view: View, contact_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the contact of an id has the words searched for."""
    if not view.words:
        return true()
    is_contact = contacts.c.app_id == bindparam("app_id"), contacts.c.id == contact_id
    return exists().where(*is_contact, *map(bears, view.words))


def bears(word: str) -> ColumnElement[bool]:
    """Whether a contact has a word that begins with ``word``."""
    return contacts.c.words.contains(f" {word}", autoescape=True)


def _ordering(
    view: View, key: ColumnElement[Any], contact_id: ColumnElement[Any]
) -> list[ColumnElement[Any]]:
    """By the view's key, then by id: both in one direction, so that the index is read along or backwards."""
    if view.descending:
        return [key.desc().nulls_last(), contact_id.desc()]
    return [key.asc().nulls_first(), contact_id.asc()]


def _ids(rows: CursorResult[str]) -> list[ContactId]:
    return [ContactId(row[0]) for row in rows]


def _chunks(ids: Collection[ContactId]) -> Iterable[list[ContactId]]:
    """In lots of 500: a database takes only so many at once."""
    all_ids = list(ids)
    return (all_ids[start : start + 500] for start in range(0, len(all_ids), 500))
