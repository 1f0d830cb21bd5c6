"""Sources: where those who fit a tree can be found, as far as an index knows them.

A *source* is a comparison that an index can answer: a range of an index over contacts, or ids that another table
holds. Which of them has few the database does not know by itself: it is counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, literal, literal_column, select, union_all

from app.search.asking import EVERYBODY, LISTED, Ask, is_of_roles
from app.search.clauses import Around, clause_of, holders_of
from app.search.histograms import told_by_histogram
from app.search.query import And, Comparison, Node, Operator, comparisons_of, parts_of
from app.storage.tables import contacts

# Indexes over (app_id, role, column, id) of those who are listed.
ORDERED: Final = frozenset(
    {"created_at", "updated_at", "last_seen_at", "signed_up_at", "session_count", "name_key"}
)
# Where people are and what they use: these stand together in one more index, for who is asked about several.
_FACTS: Final = frozenset({"country", "region", "city", "browser", "os", "language_override"})
# The same of those who are listed and have a value: in these a part of a text is looked for too.
OF_KNOWN: Final = _FACTS | {"name", "phone", "owner_id", "last_contacted_at", "last_replied_at"}
# Other columns that an index leads with.
_LED: Final = frozenset({"id", "email_key"})
# Those whose index is also worth reading from end to end.
_READ_THROUGH: Final = OF_KNOWN | {"email_key"}
RANGES: Final[frozenset[Operator]] = frozenset(
    (
        *("is_any_of", "above", "below", "at_least", "at_most", "after", "on", "before"),
        *("more_than_days_ago", "less_than_days_ago", "exactly_days_ago"),
    )
)
_BY_PART: Final[frozenset[Operator]] = frozenset({"contains", "begins", "ends"})
_PARTS: Final[frozenset[Operator]] = _BY_PART | {"known"}
_WHETHER_KNOWN: Final[frozenset[Operator]] = frozenset({"known", "unknown"})
_IS_USER: Final[ColumnElement[bool]] = literal_column("contacts.role = 'user'")
_IS_NO_USER: Final[ColumnElement[bool]] = literal_column("contacts.role <> 'user'")


@dataclass(frozen=True, slots=True)
class Source:
    """Where everybody who fits can be found, and perhaps others.

    ``column`` where it is a range of an index over that column of contacts. ``answered`` is the part of the
    tree that holds for all it has.
    """

    ids: Any
    answered: Comparison | None = None
    column: str | None = None


def sources_of(node: Node, around: Around, roles: Sequence[str] = EVERYBODY) -> list[Source]:
    """Every source of a tree, one as good as the other; none where no index knows who fits.

    Of others than ``roles`` they may have some, and need not.
    """
    if isinstance(node, Comparison):
        return _sources_of_comparison(node, around, roles)
    if isinstance(node, And):
        return [source for part in node.parts for source in sources_of(part, around, roles)]
    of_parts = [sources_of(part, around, roles) for part in node.parts]
    if not all(of_parts):
        return []
    # Whoever fits one of the parts is in the source of that part, and who fits several comes as often.
    return [Source(union_all(*(_as_rows(sources[0].ids) for sources in of_parts)))]


def rows_of(source: Source, limit: int | None = None) -> Select[int]:
    """How many a source has, counting no further than ``limit``."""
    # Not every index holds the id, and whoever is only counted need not be looked up for it.
    rows = source.ids if source.column is None else source.ids.with_only_columns(literal(1))
    return select(func.count()).select_from(rows.limit(limit).subquery())


def rarest(conn: Connection, ask: Ask, sources: Sequence[Source], limit: int) -> tuple[Source | None, int]:
    """The source with the fewest rows, and how many; one more than ``limit`` stands for any number above it."""
    best: tuple[Source | None, int] = (None, limit + 1)
    for source in sorted(sources, key=is_read_through):
        # Where others have few, not even an index that is read through has to be read to its end.
        told = None if source.answered is None else told_by_histogram(conn, ask, source.answered)
        rows = conn.execute(rows_of(source, best[1])).scalar_one() if told is None else min(told, best[1])
        if best[0] is None or rows < best[1]:
            best = (source, rows)
    return best


def is_told_by_index(ask: Ask, source: Source) -> bool:
    """Whether the index of a source alone tells who fits."""
    return source.answered is not None and tells(source.column, ask)


def is_told_by_an_index(ask: Ask) -> bool:
    """Whether there is an index that alone tells who fits, read from end to end."""
    columns = {comparison.field.column for comparison in comparisons_of(ask.tree)}
    return any(column in ORDERED and tells(column, ask) for column in columns)


def are_facts(ask: Ask) -> bool:
    """Whether the index of several columns that stand together tells it, in the words of ``in_index_of_facts``."""
    asked = {comparison.field.column for comparison in comparisons_of(ask.tree)} - {"role"}
    return len(asked) > 1 and asked <= _FACTS and not ask.besides


def in_index_of_facts(ask: Ask) -> list[ColumnElement[bool]]:
    """Who fits, in the words of that index: no partial one, so that SQLite sees that it says all that is asked."""
    of_roles = is_of_roles(ask.roles, is_open=True)
    return [contacts.c.listed.is_(True), of_roles, clause_of(ask.tree, ask.around, is_open=True)]


def is_ordered_by_index(ask: Ask, source: Source) -> bool:
    """Whether it tells their order too."""
    return is_told_by_index(ask, source) and ask.order.column in _held_with(source.column)


def tells(column: str | None, ask: Ask) -> bool:
    """Whether an index over a column has all that is asked."""
    asked = {comparison.field.column for comparison in comparisons_of(ask.tree)}
    return column in ORDERED | OF_KNOWN and asked <= _held_with(column) and not ask.besides


def is_read_through(source: Source) -> bool:
    """Whether its index has to be read from end to end, however few fit."""
    asked = source.answered
    return asked is not None and (asked.operator in _BY_PART or asked.field.kind == "email_domain")


def gathered(ask: Ask, source: Source | None) -> list[ColumnElement[bool]]:
    """Who fits, in words for which the database goes by a source; by everybody where there is none."""
    conditions: list[ColumnElement[bool]] = [contacts.c.app_id == ask.around.app_id]
    if source is None:
        conditions += [LISTED, is_of_roles(ask.roles, is_open=True)]
    elif source.column is None or source.answered is None:
        conditions += [contacts.c.id.in_(source.ids), LISTED, is_of_roles(ask.roles, is_open=False)]
    else:
        in_range = _range_of(source.answered, ask.around, source.column)
        conditions += in_index(source.column, in_range, ask.roles)
    return [*conditions, *unanswered(ask, source), *ask.besides]


def in_index(
    column: str, conditions: Sequence[ColumnElement[bool]], roles: Sequence[str]
) -> list[ColumnElement[bool]]:
    """Conditions on a column, and that somebody is listed and has one of the roles, in the words of its index."""
    if column in _LED:
        return [*conditions, LISTED, is_of_roles(roles, is_open=False)]
    of_roles = is_of_roles(roles, is_open=True)
    return [LISTED, of_roles, *conditions]


def _sources_of_comparison(comparison: Comparison, around: Around, roles: Sequence[str]) -> list[Source]:
    if comparison.field.kind == "segment":
        return _of_segment(comparison, around, roles)
    holders = holders_of(comparison, around)
    if holders is not None:
        return [Source(holders, comparison)]
    column, operator = comparison.field.column, comparison.operator
    if column == "email":
        return _by_email(comparison, around)
    if column == "external_id":
        return _by_external_id(comparison, around)
    if column is None or operator not in _operators_of_index(column):
        return []
    conditions = _range_of(comparison, around, column)
    if column not in _LED:
        conditions = in_index(column, conditions, roles)
    return [Source(_ids(around, *conditions), comparison, column)]


def _operators_of_index(column: str) -> frozenset[Operator]:
    """What the index over a column answers."""
    if column in ORDERED:
        return RANGES | _WHETHER_KNOWN if contacts.c[column].nullable else RANGES
    if column in _READ_THROUGH:
        return RANGES | _PARTS
    return RANGES if column in _LED else frozenset()


def _of_segment(comparison: Comparison, around: Around, roles: Sequence[str]) -> list[Source]:
    """What one segment asks is found by its sources; they answer what it asks, not the segment."""
    [name, *more] = _entries(comparison)
    tree = around.segments.get(str(name))
    if more or tree is None or comparison.operator != "is_any_of":
        return []
    return [replace(source, answered=None) for source in sources_of(tree, around, roles)]


def _by_external_id(comparison: Comparison, around: Around) -> list[Source]:
    """Users' ids have an index, which keeps them unique, and others' ids another."""
    if comparison.operator not in RANGES | _BY_PART:
        return []
    is_known, is_it = contacts.c.external_id.is_not(None), clause_of(comparison, around, is_open=True)
    halves = (_ids(around, is_half, is_known, is_it) for is_half in (_IS_USER, _IS_NO_USER))
    return [Source(union_all(*halves), comparison)]


def _by_email(comparison: Comparison, around: Around) -> list[Source]:
    """An email told apart by case is found by the index of those in lower case, and so is a part of one."""
    if comparison.operator == "is_any_of":
        keys = [str(entry).lower() for entry in _entries(comparison)]
        return [Source(_ids(around, contacts.c.email_key.in_(keys)))]
    # Letters beyond ASCII may turn into others in lower case, and then the index would not have all.
    if comparison.operator in _BY_PART and str(comparison.value).isascii():
        of_key = replace(comparison.field, column="email_key", ignores_case=True)
        in_lower_case = replace(comparison, field=of_key)
        return [
            Source(_ids(around, *_range_of(in_lower_case, around, "email_key")), in_lower_case, "email_key")
        ]
    return []


def _range_of(comparison: Comparison, around: Around, column: str) -> list[ColumnElement[bool]]:
    conditions = [clause_of(comparison, around, is_open=True)]
    is_by_part = comparison.operator in _PARTS or comparison.field.kind == "email_domain"
    if is_by_part and column in _READ_THROUGH:
        conditions.append(contacts.c[column].is_not(None))
    return conditions


def _ids(around: Around, *conditions: ColumnElement[bool]) -> Select[str]:
    return select(contacts.c.id).where(contacts.c.app_id == around.app_id, *conditions)


def _as_rows(ids: Any) -> Any:
    """A select that can be one of a union, also where it is a union itself."""
    return select(ids.subquery().c[0])


def unanswered(ask: Ask, source: Source | None) -> Iterator[ColumnElement[bool]]:
    """What of the tree is still to be asked of whoever a source has."""
    for part in parts_of(ask.tree):
        if source is None or part is not source.answered:
            yield clause_of(part, ask.around)


def _held_with(column: str | None) -> set[str | None]:
    """What stands in an index over a column of contacts."""
    return {column, "role", "created_at"} | ({"signed_up_at"} if column == "created_at" else set())


def _entries(comparison: Comparison) -> tuple[Any, ...]:
    return comparison.value if isinstance(comparison.value, tuple) else ()
