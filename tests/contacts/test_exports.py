"""People as CSV: rule R55."""

import csv
import io

import pytest

from app.attributes.operations import AttributeDraft, create_attribute
from app.contacts import exports
from app.contacts.csv_rows import Line, read_columns, read_lines
from app.contacts.imports import import_lines
from app.trail.records import CLI, SYSTEM
from support.recording import NOW, Recorder


def exported(recorder: Recorder) -> list[dict[str, str]]:
    columns = exports.columns_of(recorder.conn, recorder.app_id)
    text, last_id = exports.header(columns), ""
    while page := exports.page_after(recorder.conn, recorder.app_id, last_id):
        text += exports.lines(page, columns)
        last_id = page[-1].id
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def people(recorder: Recorder) -> None:
    for name, type_ in (("plan", "string"), ("renewed_at", "date")):
        draft = AttributeDraft("contact", name, type_)  # type: ignore[arg-type]
        create_attribute(recorder.conn, recorder.app_id, draft, actor=SYSTEM, now=NOW)
    ada = {"external_id": "1", "email": "ada@example.com", "name": "=HYPERLINK(1)", "phone": "+353871234567"}
    attributes = {"plan": "-pro", "renewed_at": "1700000000"}
    lines = [Line(2, ada | {"custom_attributes": attributes}), Line(3, {"role": "lead", "name": "Bob"})]
    import_lines(recorder.conn, recorder.app_id, lines, actor=CLI, now=NOW)
    recorder.ping({"anonymous_id": "somebody"})


def test_R55_users_and_leads_are_written_and_visitors_are_not(recorder: Recorder, people: None) -> None:
    rows = exported(recorder)
    assert sorted(row["role"] for row in rows) == ["lead", "user"]
    assert all(len(row["id"]) == 24 for row in rows)


def test_R55_nothing_in_an_export_is_a_formula(recorder: Recorder, people: None) -> None:
    [ada] = [row for row in exported(recorder) if row["role"] == "user"]
    assert (ada["name"], ada["phone"], ada["plan"]) == ("'=HYPERLINK(1)", "'+353871234567", "'-pro")
    assert ada["renewed_at"] == "2023-11-14T22:13:20Z"


def test_R55_an_export_can_be_imported_as_it_is(recorder: Recorder, people: None) -> None:
    before = [dict(row) for row in recorder.rows()]
    columns = exports.columns_of(recorder.conn, recorder.app_id)
    page = exports.page_after(recorder.conn, recorder.app_id, "")
    header = next(csv.reader([exports.header(columns)]))
    read = read_columns(header, [column.name for column in columns])
    rows = io.StringIO(exports.lines(page, columns), newline="")
    outcome = import_lines(recorder.conn, recorder.app_id, list(read_lines(rows, read)), actor=CLI, now=NOW)
    assert (outcome.created, outcome.problems) == (0, [])
    kept = ("external_id", "email", "name", "phone", "role", "custom_attributes", "signed_up_at", "listed")
    assert [{name: row[name] for name in kept} for row in recorder.rows()] == [
        {name: row[name] for name in kept} for row in before
    ]


def test_R55_an_attribute_may_be_called_as_a_column_is(recorder: Recorder) -> None:
    names = [
        "role",
        "first_name",
        "browser",
        "external_id",
        "=1",
        "'q",
        "'=1",
        "custom_attributes.role",
        "plan",
    ]
    recorder.ping({"user_id": "1"} | dict.fromkeys(names, "x"))
    columns = exports.columns_of(recorder.conn, recorder.app_id)
    header = next(csv.reader([exports.header(columns)]))
    assert len(set(header)) == len(header)
    read = read_columns(header, [column.name for column in columns])
    assert [column.field for column in read if column.is_attribute] == [column.name for column in columns]
    [row] = exported(recorder)
    assert (row["role"], row["custom_attributes.role"], row["plan"]) == ("user", "x", "x")


def test_R64_archived_and_deleted_people_are_in_no_export(recorder: Recorder, people: None) -> None:
    for row in recorder.rows():
        recorder.change(row["id"], listed=False)
    assert exported(recorder) == []


def test_an_export_goes_page_by_page(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, people: None
) -> None:
    monkeypatch.setattr(exports, "PAGE_ROWS", 1)
    assert len(exported(recorder)) == 2
