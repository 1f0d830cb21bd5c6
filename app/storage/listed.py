"""Texts as rows: however many they are, they are one parameter of one statement.

An ``IN`` with a parameter for each would be another statement for each number of them, and SQLAlchemy would spend
more on it than the database.
"""

import json
from collections.abc import Collection
from typing import Any, Final, cast

from sqlalchemy import BindParameter, Select, Text, bindparam, literal, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


def listed_texts(texts: Collection[str]) -> Select[str]:
    """These texts, each once."""
    return _each_of(literal(text_list(texts), Text))


def texts_given(name: str) -> Select[str]:
    """The texts of a parameter that is given as a ``text_list``: for statements that are made once."""
    return _each_of(bindparam(name, type_=Text))


def text_list(texts: Collection[str]) -> str:
    """Texts as the parameter of ``texts_given``, each once."""
    return json.dumps(list(dict.fromkeys(texts)))


def _each_of(given: BindParameter[str]) -> Select[str]:
    return select(_VALUE).select_from(cast(Any, _Each(given)))


_VALUE: Final = literal_column("value", Text)


class _Each(FunctionElement[str]):
    """The texts of a JSON array, as rows with the column ``value``."""

    inherit_cache = True
    name = "each"


@compiles(_Each, "sqlite")
def _each_of_sqlite(element: _Each, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Each, "postgresql")
def _each_of_postgres(element: _Each, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON)) AS each(value)"
