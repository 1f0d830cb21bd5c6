"""Counting those who fit a tree, to the last one.

How many people there are the database keeps by itself, so that only the fewer have to be gone through: those who
fit a comparison, or all others. Which of the two they are is told by a sample, whose worst fault is that it takes
longer: both ways lead to the same number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BinaryExpression,
    ColumnElement,
    Connection,
    Double,
    Select,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.elements import BooleanClauseList

from app.search.asking import LISTED, PEOPLE, Ask, is_of_roles
from app.search.clauses import Around, clause_of, closed, is_held
from app.search.finding import few_of
from app.search.halves import Halves, halves_at, halves_of
from app.search.histograms import told_by_histogram
from app.search.query import FIRST_MOMENT, And, Comparison, Node, Operator, comparisons_of, parts_of
from app.search.sources import (
    OF_KNOWN,
    ORDERED,
    RANGES,
    Source,
    are_facts,
    gathered,
    in_index,
    in_index_of_facts,
    is_told_by_an_index,
    is_told_by_index,
    rarest,
    sources_of,
)
from app.search.store import count_people
from app.storage.abreast import abreast, has_others
from app.storage.listed import listed_texts
from app.storage.tables import contacts

Drawn: TypeAlias = list[tuple[bool, Any]]
"""Of each of a sample, whether it fits and its value of a column."""
Count: TypeAlias = Callable[[ColumnElement[bool]], Select[int]]
"""The statement that counts who meets a further condition."""

PROBES: Final = 128
"""So many are asked to tell whether most fit."""
VERY_MANY: Final = 300_000
"""Up to so many rows sources are told apart by, where all that fit have to be counted."""
MANY_OF_SAMPLE: Final = 8
"""Those are many who are more than one of so many."""
A_LOOK: Final = 20
"""So many entries of an index are read in the time of a look at one contact."""

_OPPOSITES: Final[Mapping[Operator, Operator]] = {
    "is_none_of": "is_any_of", "lacks": "contains", "unknown": "known"
}  # fmt: skip
# Columns whose index has everybody, also those of whom the value is unknown; the email by another name.
_OF_EVERYBODY: Final[Mapping[str, str]] = {
    **{name: name for name in ORDERED},
    **dict.fromkeys(("email", "email_key"), "email_key"),
}

# Made once: an alias has a copy of every column.
_OTHERS: Final = contacts.alias()
# Columns that lead an index after the role, or after the workspace.
_LEADING: Final = ORDERED | OF_KNOWN | {"email_key"}

_IS_APART: Final[ColumnElement[bool]] = literal_column("(NOT contacts.listed OR contacts.role = 'visitor')")
_HAS_ATTRIBUTES: Final[ColumnElement[bool]] = literal_column(
    "CAST(contacts.custom_attributes AS TEXT) <> '{}'"
)

# This holds for everybody: it makes SQLite take the partial index meant of all that begin with the workspace.
_IS_OF_ALL: Final[ColumnElement[bool]] = contacts.c.created_at > literal(FIRST_MOMENT, Double)


def count_of(conn: Connection, ask: Ask, few: Source | None) -> int:
    """How many fit; ``few`` where ``few_of`` has found a source that has few."""
    if few is not None:
        return _number(conn, count_gathered(ask, few))
    told = told_count(conn, ask)
    if told is not None:
        return told
    ask = _of_own_roles(ask)
    if isinstance(ask.tree, Comparison) and not ask.besides:
        return _count_one(conn, ask, ask.tree)
    return _count_fitting(conn, ask)


def told_count(conn: Connection, ask: Ask) -> int | None:
    """How many fit, where the database keeps the number by itself; none where people have to be gone through."""
    if ask.besides:
        return None
    is_of_roles_alone = all(map(_is_of_roles, parts_of(ask.tree)))
    ask = _of_own_roles(ask)
    if is_of_roles_alone or not ask.roles:
        return count_people(conn, ask.around.app_id, ask.roles)
    if not isinstance(ask.tree, Comparison):
        return None
    if ask.tree.operator not in _OPPOSITES:
        return told_by_histogram(conn, ask, ask.tree)
    told = told_by_histogram(conn, ask, _opposite(ask.tree))
    return None if told is None else count_people(conn, ask.around.app_id, ask.roles) - told


def _of_own_roles(ask: Ask) -> Ask:
    """The same without what the tree asks of roles, among those of whom that is true."""
    of_roles = [part for part in parts_of(ask.tree) if _is_of_roles(part)]
    rest = tuple(part for part in parts_of(ask.tree) if not _is_of_roles(part))
    roles = tuple(role for role in ask.roles if all(_has(part, role) for part in of_roles))
    return replace(ask, roles=roles, tree=rest[0] if len(rest) == 1 else And(rest))


def _opposite(asked: Comparison) -> Comparison:
    """What holds of everybody of whom a comparison does not."""
    return replace(asked, operator=_OPPOSITES[asked.operator])


def _count_one(conn: Connection, ask: Ask, asked: Comparison) -> int:
    """How many fit a single comparison."""
    everybody = count_people(conn, ask.around.app_id, ask.roles)
    if asked.operator in _OPPOSITES:
        # Nobody is both, and everybody is one of the two.
        opposite = replace(ask, tree=_opposite(asked))
        return everybody - count_of(conn, opposite, few_of(conn, opposite))
    outside = outside_of(asked, ask.around)
    if outside is None:
        return _count_fitting(conn, ask)
    drawn = _drawn(conn, ask, _OF_EVERYBODY[str(asked.field.column)])
    count = partial(count_within, ask, asked)
    if _do_most_fit(drawn) or not sources_of(asked, ask.around, ask.roles):
        return everybody - sum(_number_in(conn, part, count, drawn) for part in outside)
    return _number_in(conn, clause_of(asked, ask.around, is_open=True), count, drawn)


def _count_fitting(conn: Connection, ask: Ask) -> int:
    """How many fit, by going through them."""
    sources = sources_of(ask.tree, ask.around, ask.roles)
    source = _quickest(conn, ask, sources)
    if source is not None and _is_of_values(ask, sources):
        others = [part for part in comparisons_of(ask.tree) if part is not source.answered]
        return _number_of_values(conn, ask, source, others) - _number(conn, count_apart(ask))
    gathering = count_gathered(ask, source)
    if source is None or source.answered is None or source.column not in _LEADING or not has_others(conn):
        return _number(conn, gathering)
    if source.answered.operator == "unknown":
        # Where a value is not known there is none to cut by.
        return _number(conn, gathering)
    keys = [key for _, key in _drawn(conn, ask, source.column)]
    if source.answered.operator in RANGES:
        halves = halves_of(clause_of(source.answered, ask.around, is_open=True), keys)
    else:
        halves = halves_at(contacts.c[source.column], keys)
    return _in_halves(conn, gathering.where, halves) if halves is not None else _number(conn, gathering)


def _quickest(conn: Connection, ask: Ask, sources: Sequence[Source]) -> Source | None:
    """The source to count those who fit from; none where everybody is gone through."""
    told = [source for source in sources if is_told_by_index(ask, source)]
    if not told and not is_told_by_an_index(ask) and not are_facts(ask):
        best = _rarest(conn, ask, sources)
        return None if best is not None and _do_many_need_a_look(conn, ask, best) else best
    # An index that has all that is asked is better than one that has fewer, who have to be looked at each, unless
    # these are far fewer.
    others = [source for source in sources if not is_told_by_index(ask, source)]
    most = count_people(conn, ask.around.app_id, ask.roles) // A_LOOK
    other, rows = rarest(conn, ask, others, most)
    if other is None or rows > most:
        return _rarest(conn, ask, told)
    quick, entries = rarest(conn, ask, told, A_LOOK * rows)
    return other if quick is None or entries > A_LOOK * rows else quick


def _do_many_need_a_look(conn: Connection, ask: Ask, source: Source) -> bool:
    """Whether an index tells so many ids, and nothing else, that to go through everybody is quicker."""
    asked = source.answered
    if asked is None or asked is not ask.tree:
        return False
    if asked.field.column != "external_id" or asked.operator in RANGES:
        return False
    drawn = _drawn(conn, ask, "id")
    return MANY_OF_SAMPLE * sum(fits for fits, _ in drawn) > len(drawn)


def _rarest(conn: Connection, ask: Ask, sources: Sequence[Source]) -> Source | None:
    return rarest(conn, ask, sources, VERY_MANY)[0] if len(sources) > 1 else next(iter(sources), None)


def _number_of_values(conn: Connection, ask: Ask, source: Source, others: Sequence[Comparison]) -> int:
    """How many have a value of a source, and of each other that is asked."""
    keys = [key for _, key in _drawn(conn, ask, "id")] if others and has_others(conn) else []
    halves = halves_at(closed(source.ids.selected_columns[0]), keys)
    if halves is None:
        return _number(conn, count_of_values(ask, source.ids, others))
    # Each half goes through all of the source's values; to look for the others takes far longer.
    return _in_halves(conn, lambda half: count_of_values(ask, source.ids.where(half), others), halves)


def _drawn(conn: Connection, ask: Ask, column: str) -> Drawn:
    """A sample of everybody who can be found: whether each fits, and its value of a column."""
    first, last = conn.execute(ends_of(ask)).one()
    if first is None or last is None:
        return []
    return [(bool(fits), key) for fits, key, _ in conn.execute(sample_of(ask, column, first, last))]


def _do_most_fit(drawn: Drawn) -> bool:
    """Whether more fit than do not, as far as a sample can tell."""
    return 2 * sum(fits for fits, _ in drawn) > len(drawn)


def _number_in(conn: Connection, part: ColumnElement[bool], count: Count, drawn: Drawn) -> int:
    """How many ``count`` finds in a range; in two halves side by side where they are many."""
    halves = halves_of(part, [key for _, key in drawn]) if has_others(conn) else None
    return _number(conn, count(part)) if halves is None else _in_halves(conn, count, halves)


def _in_halves(conn: Connection, count: Count, halves: Halves) -> int:
    return sum(abreast(conn, *(partial(_number, statement=count(half)) for half in halves)))


# The statements, apart so that a test can ask the database how it would go about them.


def count_gathered(ask: Ask, source: Source | None) -> Select[int]:
    if source is None and are_facts(ask):
        of_workspace = contacts.c.app_id == ask.around.app_id
        return select(func.count()).select_from(contacts).where(of_workspace, *in_index_of_facts(ask))
    is_by_ids = source is not None and (source.column is None or source.answered is None)
    is_looked_at = (
        source is not None and source.column in ORDERED | OF_KNOWN and not is_told_by_index(ask, source)
    )
    # A column that no index holds, or SQLite would read one that has all that is asked, to its end.
    counted = func.count(contacts.c.pseudonym) if is_by_ids or is_looked_at else func.count()
    return select(counted).select_from(contacts).where(*gathered(ask, source))


def count_within(ask: Ask, asked: Comparison, part: ColumnElement[bool]) -> Select[int]:
    """How many are in a range of the index over the column that is asked."""
    name = _OF_EVERYBODY[str(asked.field.column)]
    conditions = in_index(name, [part], ask.roles)
    if name == "email_key":
        # Its index goes on with these two, so that visitors without an email are none to go through.
        conditions = [part, is_of_roles(ask.roles, is_open=True), contacts.c.listed.is_(True)]
    of_workspace = contacts.c.app_id == ask.around.app_id
    return select(func.count()).select_from(contacts).where(of_workspace, *conditions)


def ends_of(ask: Ask) -> Select[str | None, str | None]:
    """The first id and the last."""
    first, last = (
        select(end(contacts.c.id)).where(contacts.c.app_id == ask.around.app_id)
        for end in (func.min, func.max)
    )
    return select(first.scalar_subquery(), last.scalar_subquery())


def sample_of(ask: Ask, column: str, first: str, last: str) -> Select[int, Any, str]:
    """Some who stand evenly between two ids: whether each fits, and its value of a column."""
    low, high = int(first, 16), int(last, 16)
    each = listed_texts([f"{low + (high - low) * n // PROBES:024x}" for n in range(PROBES)]).subquery()
    nearest = select(func.min(_OTHERS.c.id)).where(
        _OTHERS.c.app_id == ask.around.app_id, _OTHERS.c.id >= each.c.value
    )
    drawn = select(nearest.correlate(each).scalar_subquery()).select_from(each)
    fits = case((clause_of(ask.tree, ask.around), 1), else_=0)
    conditions = contacts.c.app_id == ask.around.app_id, contacts.c.id.in_(drawn)
    return (
        # A column that no index holds, or SQLite would read one that has the others to its end.
        select(fits, contacts.c[column], contacts.c.pseudonym)
        .select_from(contacts)
        .where(*conditions, LISTED, is_of_roles(ask.roles, is_open=False))
    )


def count_of_values(ask: Ask, ids: Any, others: Sequence[Comparison]) -> Select[int]:
    """How many of those with a value of one source have one of each other that is asked."""
    having = ids.subquery()
    held = [is_held(other, ask.around, having.c.contact_id) for other in others]
    return select(func.count()).select_from(having).where(*held)


def count_apart(ask: Ask) -> Select[int]:
    """How many have the attributes' values and are not to be found: visitors, and who is not listed.

    Few of them have attributes at all, and those have an index of their own. All that are left to subtract them from
    need not be looked at one by one.
    """
    is_out = or_(~contacts.c.listed, ~is_of_roles(ask.roles, is_open=False))
    is_in_index = _IS_APART, _HAS_ATTRIBUTES, _IS_OF_ALL
    conditions = contacts.c.app_id == ask.around.app_id, *is_in_index, is_out
    return select(func.count()).select_from(contacts).where(*conditions, clause_of(ask.tree, ask.around))


def outside_of(asked: Comparison, around: Around) -> list[ColumnElement[bool]] | None:
    """The ranges of a column's index that have whoever does not fit, once each; none where no ranges do."""
    name, operator = _OF_EVERYBODY.get(str(asked.field.column)), asked.operator
    if name is None:
        return None
    column = contacts.c[name]
    unknown: list[ColumnElement[bool]] = [column.is_(None)] if column.nullable else []
    if operator == "known":
        return unknown
    if operator not in RANGES or name == "email_key":
        return None
    holds = clause_of(asked, around, is_open=True)
    if operator != "is_any_of":
        bounds = holds.clauses if isinstance(holds, BooleanClauseList) else [holds]
        return [*(~bound for bound in bounds), *unknown]
    if isinstance(asked.value, tuple) and len(set(asked.value)) == 1:
        assert isinstance(holds, BinaryExpression)
        return [column < holds.right, column > holds.right, *unknown]
    return None


def _is_of_roles(node: Node) -> bool:
    return all(asked.field.kind == "role" for asked in comparisons_of(node))


def _has(node: Node, role: str) -> bool:
    """Whether what a tree says of roles is true of one."""
    if not isinstance(node, Comparison):
        truths = [_has(part, role) for part in node.parts]
        return all(truths) if isinstance(node, And) else any(truths)
    if node.operator in ("known", "unknown"):
        return node.operator == "known"
    is_among = isinstance(node.value, tuple) and role in node.value
    return is_among == (node.operator == "is_any_of")


def _is_of_values(ask: Ask, sources: Sequence[Source]) -> bool:
    """Whether the indexes of attributes' values alone say who fits, but for a few who are not to be found."""
    parts = parts_of(ask.tree)
    are_values = all(isinstance(part, Comparison) and part.field.attribute_id is not None for part in parts)
    return are_values and len(sources) == len(parts) and set(PEOPLE) <= set(ask.roles) and not ask.besides


def _number(conn: Connection, statement: Select[int]) -> int:
    return conn.execute(statement).scalar_one()
