"""What is asked when somebody is to be found: the tree, among whom, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, literal_column

from app.search.clauses import Around, closed
from app.search.query import Node
from app.storage.tables import contacts

PEOPLE: Final = ("lead", "user")
EVERYBODY: Final = ("lead", "user", "visitor")

# In the very words of the partial indexes: SQLite does not see that ``listed = 1`` is ``listed``.
LISTED: Final[ColumnElement[bool]] = literal_column("contacts.listed")


@dataclass(frozen=True, slots=True)
class Order:
    """By a column of contacts, then by id. Unknown values come below all others."""

    column: str = "created_at"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to find: those who fit ``tree`` among the listed contacts of ``roles``.

    ``besides`` are further conditions on contacts, of which no index knows.
    """

    tree: Node
    around: Around
    roles: tuple[str, ...] = PEOPLE
    order: Order = Order()
    besides: tuple[ColumnElement[bool], ...] = ()


def is_of_roles(roles: Sequence[str], *, is_open: bool) -> ColumnElement[bool]:
    """Whether somebody has one of the roles; ``is_open`` lets an index over roles serve."""
    role = contacts.c.role if is_open else closed(contacts.c.role)
    return role == roles[0] if len(roles) == 1 else role.in_(roles)
