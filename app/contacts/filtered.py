"""The user list behind a filter: a page of those who fit, as ``listing`` shows them.

Tabs, words and orders mean what they mean there; a filter's own way to its people is ``search.finding``.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, select

from app.contacts.listing import KEYS, PAGE_SIZE, People, View, bears, rows_of
from app.ids import ContactId
from app.search.asking import EVERYBODY, Ask, Order
from app.search.clauses import Around, clause_of
from app.search.counting import count_of
from app.search.cursor import Place
from app.search.fields import Field
from app.search.finding import all_of_few, few_of, places_of
from app.search.query import And, Comparison, Node
from app.storage.listed import listed_texts
from app.storage.tables import contacts

_IS_ONLINE: Final = Comparison(Field("online", "online"), "is_any_of", (True,))


def ask_of(view: View, tree: Node, around: Around, *, online_only: bool) -> Ask:
    """Whom a view behind a filter shows."""
    wanted = And((_IS_ONLINE, tree)) if online_only else tree
    roles = EVERYBODY if view.role is None else (view.role,)
    order = Order(KEYS[view.order], view.descending)
    return Ask(wanted, around, roles, order, tuple(map(bears, view.words)))


def filtered_page(conn: Connection, view: View, ask: Ask) -> People:
    """One page of those who fit, and how many they are."""
    few = few_of(conn, ask)
    if few is not None:
        everybody = all_of_few(conn, ask, few)
        return _page(conn, ask, everybody[view.offset :], total=len(everybody))
    places = places_of(conn, ask, None, PAGE_SIZE + 1, offset=view.offset)
    return _page(conn, ask, places, total=count_of(conn, ask, None))


def uncounted_page(conn: Connection, view: View, ask: Ask) -> People:
    """The same page where they are too many to count in time."""
    return _page(conn, ask, places_of(conn, ask, None, PAGE_SIZE + 1, offset=view.offset), total=None)


def fitting(conn: Connection, ids: Collection[ContactId], tree: Node, around: Around) -> list[ContactId]:
    """Which of ``ids`` fit, in the order given."""
    where = contacts.c.app_id == around.app_id, contacts.c.id.in_(listed_texts(ids)), clause_of(tree, around)
    found = set(conn.execute(select(contacts.c.id).where(*where)).scalars())
    return [contact_id for contact_id in ids if contact_id in found]


def _page(conn: Connection, ask: Ask, places: Sequence[Place], total: int | None) -> People:
    ids = [ContactId(place.id) for place in places[:PAGE_SIZE]]
    return People(rows_of(conn, ask.around.app_id, ids), len(places) > PAGE_SIZE, total=total)
