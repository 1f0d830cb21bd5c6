"""The search index follows the values: what changed is written, and nothing else."""

from typing import Any

import pytest
from sqlalchemy import event, select

from app.attributes.index import (
    forget_values,
    holders_after,
    index_rows,
    index_values,
    progress,
    read_anew,
    some_holders,
)
from app.attributes.records import AttributeId, DataAttribute
from app.ids import ContactId
from app.storage.sqlite import driver_of
from app.storage.tables import attribute_values
from support.attributes import attribute
from support.recording import Recorder

ONE = ContactId("1" * 24)
TWO = ContactId("2" * 24)
KNOWN: dict[str, DataAttribute] = {
    "plan": attribute("plan", id=11),
    "seats": attribute("seats", "integer", id=12),
    "beta": attribute("beta", "boolean", id=13),
}


def write(
    recorder: Recorder, before: dict[str, Any], after: dict[str, Any], contact_id: ContactId = ONE
) -> None:
    index_values(recorder.conn, recorder.app_id, contact_id, before=before, after=after, attributes=KNOWN)


def rows(recorder: Recorder) -> set[tuple[str, int, float | None, str | None]]:
    columns = (attribute_values.c[name] for name in ("contact_id", "attribute_id", "number", "text"))
    return {tuple(row) for row in recorder.conn.execute(select(*columns))}  # type: ignore[misc]


def test_values_come_change_and_go(recorder: Recorder) -> None:
    write(recorder, {}, {"plan": "pro", "seats": 3, "beta": True, "unknown": "x"})
    assert rows(recorder) == {(ONE, 11, None, "pro"), (ONE, 12, 3.0, None), (ONE, 13, 1.0, None)}
    write(recorder, {"plan": "pro", "seats": 3, "beta": True}, {"plan": "free", "beta": True})
    assert rows(recorder) == {(ONE, 11, None, "free"), (ONE, 13, 1.0, None)}


def test_what_is_the_same_is_not_written(recorder: Recorder) -> None:
    write(recorder, {}, {"plan": "pro", "seats": 3})
    statements: list[str] = []
    driver_of(recorder.conn).set_trace_callback(statements.append)
    write(recorder, {"plan": "pro", "seats": 3}, {"plan": "pro", "seats": 3})
    assert statements == []
    write(recorder, {"plan": "pro", "seats": 3}, {"plan": "pro", "seats": 4})
    assert len(statements) == 1


def test_true_is_not_1(recorder: Recorder) -> None:
    write(recorder, {}, {"seats": True})
    write(recorder, {"seats": True}, {"seats": 1})
    assert rows(recorder) == {(ONE, 12, 1.0, None)}


def test_a_value_that_does_not_fit_is_a_value_and_no_more(recorder: Recorder) -> None:
    assert index_rows({"seats": "many", "plan": "pro"}, KNOWN) == [(12, None, None), (11, None, "pro")]


def test_a_contact_that_is_no_more_has_no_rows(recorder: Recorder) -> None:
    write(recorder, {}, {"plan": "pro"})
    write(recorder, {}, {"plan": "pro"}, TWO)
    forget_values(recorder.conn, recorder.app_id, ONE)
    assert rows(recorder) == {(TWO, 11, None, "pro")}


def test_all_values_of_an_attribute_are_read_anew(recorder: Recorder) -> None:
    people = [recorder.ping({"user_id": str(number)}).contact.id for number in range(3)]
    for contact_id, value in zip(people, ["3", "many", None], strict=True):
        values = {} if value is None else {"plan": value}
        recorder.change(contact_id, custom_attributes=values)
        write(recorder, {}, values, contact_id)
    number = attribute("plan", "integer", id=11, app_id=recorder.app_id)
    read_anew(recorder.conn, number, people)
    assert rows(recorder) == {(people[0], 11, 3.0, None), (people[1], 11, None, None)}
    read_anew(recorder.conn, attribute("plan", id=11, app_id=recorder.app_id), people)
    assert rows(recorder) == {(people[0], 11, None, "3"), (people[1], 11, None, "many")}


def test_bearers_of_an_attribute_come_by_id_and_are_counted(recorder: Recorder) -> None:
    plan = attribute("plan", id=11, app_id=recorder.app_id)
    for contact_id in (TWO, ONE):
        write(recorder, {}, {"plan": "pro"}, contact_id)
    app_id, conn = recorder.app_id, recorder.conn
    assert sorted(some_holders(conn, plan, 3)) == sorted([ONE, TWO])
    assert len(some_holders(conn, plan, 1)) == 1
    assert holders_after(conn, app_id, plan.id, "", 9) == sorted([ONE, TWO])
    assert holders_after(conn, app_id, plan.id, min(ONE, TWO), 9) == [max(ONE, TWO)]
    assert progress(conn, app_id, plan.id, min(ONE, TWO)) == (1, 2)
    assert progress(conn, app_id, AttributeId(12), "") == (0, 0)


@pytest.mark.parametrize("find", ["some", "after", "progress"])
def test_finding_the_bearers_of_an_attribute_walks_through_no_table(recorder: Recorder, find: str) -> None:
    asked: list[str] = []
    event.listen(
        recorder.conn, "before_cursor_execute", lambda *given: asked.append(given[2]) if given else None
    )
    wanted = attribute("plan", id=11, app_id=recorder.app_id)
    if find == "some":
        some_holders(recorder.conn, wanted, 9)
    elif find == "after":
        holders_after(recorder.conn, wanted.app_id, wanted.id, "", 9)
    else:
        progress(recorder.conn, wanted.app_id, wanted.id, "")
    plan = driver_of(recorder.conn).execute(f"EXPLAIN QUERY PLAN {asked[0]}", [None] * asked[0].count("?"))
    steps = [row[3] for row in plan if "attribute_values" in row[3]]
    assert len(steps) == 3
    assert all("USING COVERING INDEX attribute_values_" in step for step in steps)
