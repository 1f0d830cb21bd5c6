"""Finding a text within another without regard to case, the same way in both databases.

What SQLite's LIKE and PostgreSQL's ILIKE take for the same letter differs, and differs again with
the database's locale. So the letters are told one by one: ``Zoë`` becomes ``[Zz][Oo][Ëë]``, for SQLite
as a GLOB, for PostgreSQL as a regular expression, in both of which everything else is escaped. It
takes time in proportion to the text, whatever is looked for.

Of ASCII alone SQLite's LIKE means the same, and takes half the time: it leaps from one first letter to the next.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, Text, false, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_LOT: Final = 100


class Found(FunctionElement[bool]):
    """Whether a text fits a pattern: the text, the pattern as a GLOB, and as a regular expression."""

    type = Boolean()
    inherit_cache = True
    name = "found"

    def self_group(self, against: Any = None) -> Any:
        """As it is: SQLAlchemy would compare it with 1, and SQLite takes nothing compared so for a range."""
        return self


class FoundAscii(Found):
    """The same for a pattern of ASCII alone, which stands as a LIKE in place of the GLOB."""

    inherit_cache = True


def found(
    text: ColumnElement[Any],
    *parts: str,
    at_start: bool = False,
    at_end: bool = False,
    in_lower_case: bool = False,
) -> ColumnElement[bool]:
    """Whether ``text`` holds ``parts`` one after the other; unknown where it is unknown itself.

    ``at_start``: it begins with the first; ``at_end``: it ends with the last. ``in_lower_case``: the text has no
    letter in another case, so that what it begins with is a range of its index to SQLite.
    """
    regex = ".*".join("".join(map(_in_regex, part)) for part in parts)
    regex = f"{'^' if at_start else ''}{regex}{'$' if at_end else ''}"
    kind: type[Found] = Found
    anything, in_pattern = "*", _in_glob
    if all(map(str.isascii, parts)):
        if at_start and in_lower_case:
            parts, in_pattern = tuple(map(str.lower, parts)), _alone_in_glob
        else:
            kind, anything, in_pattern = FoundAscii, "%", _in_like
    pattern = anything.join("".join(map(in_pattern, part)) for part in parts)
    pattern = f"{'' if at_start else anything}{pattern}{'' if at_end else anything}"
    return kind(text, literal(pattern, Text), literal(regex, Text))


def any_of(clauses: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether one of many conditions holds; none of none.

    SQLite takes a chain of ORs for a tree that is as deep as they are many, and takes none deeper than 1,000: so
    they are put together lot by lot.
    """
    lots = (clauses[start : start + _LOT] for start in range(0, len(clauses), _LOT))
    return or_(false(), *(AnyOf(*lot) for lot in lots))


class AnyOf(FunctionElement[bool]):
    """Conditions joined by OR, as one: SQLAlchemy does not see that it might join them to those beside it."""

    type = Boolean()
    inherit_cache = True
    name = "any_of"


@compiles(AnyOf)
def _as_ors(element: AnyOf, compiler: Any, **options: Any) -> str:
    conditions = (f"({compiler.process(clause, **options)})" for clause in element.clauses)
    return f"({' OR '.join(conditions)})"


@compiles(Found, "sqlite")
def _as_glob(element: Found, compiler: Any, **options: Any) -> str:
    text, glob, _ = element.clauses
    return f"({compiler.process(text, **options)} GLOB {compiler.process(glob, **options)})"


@compiles(FoundAscii, "sqlite")
def _as_like(element: FoundAscii, compiler: Any, **options: Any) -> str:
    text, like, _ = element.clauses
    return f"({compiler.process(text, **options)} LIKE {compiler.process(like, **options)} ESCAPE '\\')"


@compiles(Found, "postgresql")
@compiles(FoundAscii, "postgresql")
def _as_regex(element: Found, compiler: Any, **options: Any) -> str:
    text, _, regex = element.clauses
    return f"({compiler.process(text, **options)} ~ {compiler.process(regex, **options)})"


_LIKE_SIGNS: Final = frozenset("%_\\")
_GLOB_SIGNS: Final = frozenset("*?[")
_REGEX_SIGNS: Final = frozenset("\\^$.[]|()?*+{}-")


def _cases(char: str) -> list[str]:
    """A letter in each of its cases, where it is a single one in all of them."""
    return list(dict.fromkeys(case for case in (char, char.lower(), char.upper()) if len(case) == 1))


def _in_like(char: str) -> str:
    return f"\\{char}" if char in _LIKE_SIGNS else char


def _in_glob(char: str) -> str:
    cases = _cases(char)
    return f"[{''.join(cases)}]" if len(cases) > 1 or char in _GLOB_SIGNS else char


def _alone_in_glob(char: str) -> str:
    return f"[{char}]" if char in _GLOB_SIGNS else char


def _in_regex(char: str) -> str:
    cases = _cases(char)
    if len(cases) > 1:
        return f"[{''.join(cases)}]"
    return f"\\{char}" if char in _REGEX_SIGNS else char
