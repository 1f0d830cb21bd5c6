"""Finding those who fit a tree: a page of them in some order. How many they are is the affair of ``counting``.

How depends on what is rare, which the database does not know by itself. A *source* is a comparison
that an index can answer: a range of an index over contacts, or ids that another table holds. Where
a source has few, they are gathered from it, asked the rest of the tree, and sorted. Where many fit,
the index of the order is walked from where the page begins, and everybody on it is asked the whole
tree: a page is full after few steps. Only where that walk finds too little are many gathered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from app.search.asking import EVERYBODY, LISTED, Ask, is_of_roles
from app.search.clauses import Around, clause_of, closed, holders_of
from app.search.cursor import Place
from app.search.query import And, Comparison, Node, Operator, comparisons_of, parts_of
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
_BAD_LUCK: Final = 2
"""A walk may take so many times the steps that it should."""

# Indexes over (app_id, role, column, id) of those who are listed.
ORDERED: Final = frozenset(
    {"created_at", "updated_at", "last_seen_at", "signed_up_at", "session_count", "name_key"}
)
# The same of those who are listed and have a value: in these a part of a text is looked for too.
OF_KNOWN: Final = frozenset(
    {
        *("name", "phone", "owner_id", "last_contacted_at", "last_replied_at"),
        *("country", "region", "city", "browser", "os", "language_override"),
    }
)
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


def few_of(conn: Connection, ask: Ask) -> Source | None:
    """Where one of the sources has few: these, whoever among them fits. Page and count both go on from them."""
    for source in sorted(sources_of(ask.tree, ask.around, ask.roles), key=_is_read_through):
        # An index that is read from end to end is read once, and all others are told by a count, which is quicker.
        is_counted = not _is_read_through(source)
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
            source, rows = rarest(conn, sources_of(ask.tree, ask.around, ask.roles), MANY)
            for steps in _further_walks(conn, ask, source, rows, wanted):
                found = _walked(conn, ask, wanted, after, steps)
                if found is not None:
                    break
        if found is not None:
            return found[offset:]
    return _places(conn, ids_gathered(ask, source, after).limit(limit).offset(offset))


# The statements, apart so that a test can ask the database how it would go about them.


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


def ids_gathered(ask: Ask, source: Source | None, after: Place | None = None) -> Select[Any, str]:
    """Those who fit, all found and then sorted: the key and the id of each."""
    key, contact_id = closed(contacts.c[ask.order.column]), closed(contacts.c.id)
    columns = [contacts.c[ask.order.column], contacts.c.id]
    if source is None or not _is_ordered_by_index(ask, source):
        # A column that no index holds: one that has all the others would be read to its end in place of the source.
        columns.append(contacts.c.pseudonym)
    statement = select(*columns).where(*gathered(ask, source))
    if after is not None:
        statement = statement.where(beyond(ask.order, key, contact_id, after))
    if ask.order.descending:
        return statement.order_by(key.desc().nulls_last(), contact_id.desc())
    return statement.order_by(key.asc().nulls_first(), contact_id.asc())


def rows_of(source: Source, limit: int | None = None) -> Select[int]:
    """How many a source has, counting no further than ``limit``."""
    # Not every index holds the id, and whoever is only counted need not be looked up for it.
    rows = source.ids if source.column is None else source.ids.with_only_columns(literal(1))
    return select(func.count()).select_from(rows.limit(limit).subquery())


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


def in_index(
    column: str, conditions: Sequence[ColumnElement[bool]], roles: Sequence[str]
) -> list[ColumnElement[bool]]:
    """Conditions on a column, and that somebody is listed and has one of the roles, in the words of its index."""
    if column in _LED:
        return [*conditions, LISTED, is_of_roles(roles, is_open=False)]
    of_roles = is_of_roles(roles, is_open=True)
    return [LISTED, of_roles, *conditions]


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


def gathered(ask: Ask, source: Source | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [contacts.c.app_id == ask.around.app_id]
    if source is None:
        conditions += [LISTED, is_of_roles(ask.roles, is_open=True)]
    elif source.column is None or source.answered is None:
        conditions += [contacts.c.id.in_(source.ids), LISTED, is_of_roles(ask.roles, is_open=False)]
    else:
        in_range = _range_of(source.answered, ask.around, source.column)
        conditions += in_index(source.column, in_range, ask.roles)
    return [*conditions, *_unanswered(ask, source), *ask.besides]


def _unanswered(ask: Ask, source: Source | None) -> Iterator[ColumnElement[bool]]:
    for part in parts_of(ask.tree):
        if source is None or part is not source.answered:
            yield clause_of(part, ask.around)


def rarest(conn: Connection, sources: Sequence[Source], limit: int) -> tuple[Source | None, int]:
    """The source with the fewest rows, and how many; one more than ``limit`` stands for any number above it."""
    best: tuple[Source | None, int] = (None, limit + 1)
    for source in sorted(sources, key=_is_read_through):
        # Where others have few, not even an index that is read through has to be read to its end.
        rows = conn.execute(rows_of(source, best[1])).scalar_one()
        if best[0] is None or rows < best[1]:
            best = (source, rows)
    return best


def is_told_by_index(ask: Ask, source: Source) -> bool:
    """Whether the index of a source alone tells who fits."""
    return source.answered is not None and _tells(source.column, ask)


def is_told_by_an_index(ask: Ask) -> bool:
    """Whether there is an index that alone tells who fits, read from end to end."""
    columns = {comparison.field.column for comparison in comparisons_of(ask.tree)}
    return any(column in ORDERED and _tells(column, ask) for column in columns)


def _is_ordered_by_index(ask: Ask, source: Source) -> bool:
    """Whether it tells their order too."""
    return is_told_by_index(ask, source) and ask.order.column in _held_with(source.column)


def _tells(column: str | None, ask: Ask) -> bool:
    """Whether an index over a column has all that is asked."""
    asked = {comparison.field.column for comparison in comparisons_of(ask.tree)}
    return column in ORDERED | OF_KNOWN and asked <= _held_with(column) and not ask.besides


def _held_with(column: str | None) -> set[str | None]:
    """What stands in an index over a column of contacts."""
    return {column, "role", "created_at"} | ({"signed_up_at"} if column == "created_at" else set())


def _is_read_through(source: Source) -> bool:
    """Whether its index has to be read from end to end, however few fit."""
    asked = source.answered
    return asked is not None and (asked.operator in _BY_PART or asked.field.kind == "email_domain")


def _further_walks(
    conn: Connection, ask: Ask, source: Source | None, rows: int, wanted: int
) -> Iterator[int | None]:
    """The walks worth trying where a short one was in vain, before all that a source has are gathered and sorted.

    Each by its steps, or none where it goes to the end. Who fits and is not near stands far apart, or far off: one
    index that tells them all is the quicker way then.
    """
    is_told = source is not None and _is_ordered_by_index(ask, source)
    if rows <= MANY:
        # But to read an index through once more takes longer than a walk.
        is_quick = is_told and source is not None and not _is_read_through(source)
        if not is_quick and (steps := _steps_to(conn, ask, wanted, rows)) < rows:
            yield steps
        return
    if is_told and SHORT_WALK < _BAD_LUCK * wanted <= MANY:
        # The page is far down, and most may fit on the way.
        yield _BAD_LUCK * wanted
    if not is_told or _tells(ask.order.column, ask):
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


def _entries(comparison: Comparison) -> tuple[Any, ...]:
    return comparison.value if isinstance(comparison.value, tuple) else ()


def _places(conn: Connection, statement: Select[Any, str]) -> list[Place]:
    return [Place(row[0], row[1]) for row in conn.execute(statement)]
