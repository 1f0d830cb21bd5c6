"""Texts as one parameter: each a row, once, whatever is in them."""

import pytest
from sqlalchemy import Connection, literal_column, select

from app.storage.database import Database
from app.storage.hot import Hot
from app.storage.listed import listed_texts, text_list, texts_given

TEXTS = ["b", "a", "b", "", 'quo"te', "it's", "[1]", "王伟", "a,b"]
GIVEN = Hot(texts_given("texts"))


@pytest.mark.parametrize("texts", [TEXTS, ["one"], []])
async def test_each_text_is_a_row(database: Database, texts: list[str]) -> None:
    wanted = list(dict.fromkeys(texts))
    assert await database.read(lambda conn: list(conn.execute(listed_texts(texts)).scalars())) == wanted
    rows = await database.read(lambda conn: GIVEN.rows(conn, {"texts": text_list(texts)}))
    assert [row[0] for row in rows] == wanted


async def test_they_serve_where_one_of_them_is_asked_for(database: Database) -> None:
    def is_among(conn: Connection, text: str) -> bool:
        is_it = literal_column(f"'{text}'").in_(listed_texts(TEXTS))
        return bool(conn.execute(select(is_it)).scalar_one())

    assert await database.read(lambda conn: is_among(conn, "王伟"))
    assert not await database.read(lambda conn: is_among(conn, "B"))
