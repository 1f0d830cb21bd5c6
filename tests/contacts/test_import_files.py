"""Files to be imported, before anything is written: rule R55."""

from pathlib import Path

import pytest

from app.attributes.records import DataAttribute
from app.contacts import import_files
from app.contacts.csv_rows import BadLine, Line
from app.contacts.import_files import count_lines, path_of, preview, writable_attributes
from app.contacts.jobs import JobId
from app.errors import ParameterInvalid
from support.recording import Recorder


@pytest.fixture
def known(recorder: Recorder) -> dict[str, DataAttribute]:
    return dict(writable_attributes(recorder.conn, recorder.app_id))


def written(folder: Path, text: str | bytes) -> Path:
    path = path_of(folder, JobId("1"))
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_R55_a_preview_shows_columns_lines_and_what_is_wrong(
    tmp_path: Path, known: dict[str, DataAttribute]
) -> None:
    text = "Mail,company_size,Notes\na@b.example,50,x\nno email,5,x\nc@d.example,,x\n"
    seen = preview(written(tmp_path, text), known, {"Mail": "email", "Notes": ""})
    assert [column.field for column in seen.columns] == ["email", "company_size", None]
    assert [line.number for line in seen.lines] == [2, 4]
    assert [problem.number for problem in seen.problems] == [3]
    assert seen.rows_total == 3


def test_R55_a_preview_shows_the_first_lines_only(tmp_path: Path, known: dict[str, DataAttribute]) -> None:
    text = "user_id\n" + "".join(f"{number}\n" for number in range(100))
    seen = preview(written(tmp_path, text), known, {})
    assert len(seen.lines) == import_files.PREVIEW_LINES
    assert seen.rows_total == 100


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "The file is empty"),
        ("\n", "The file is empty"),
        (",,\n1,2,3\n", "The file is empty"),
        ('"user_id\n', "The header is not CSV"),
        ("user_id,na\0me\n", "The header is not CSV"),
        (b"user_id\n\xff\xfe\n", "not UTF-8"),
        (b"\xff\xfeuser_id\n", "not UTF-8"),
        ("shoe_size\n", "is no field"),
        ("user_id;name\n1;Ada\n", "separated by semicolons"),
        ("user_id\tname\n1\tAda\n", "separated by tabs"),
    ],
)
def test_R55_a_file_that_can_not_be_read_is_refused(
    tmp_path: Path, known: dict[str, DataAttribute], content: str | bytes, told: str
) -> None:
    with pytest.raises(ParameterInvalid) as error:
        count_lines(written(tmp_path, content), known, {})
    assert told in error.value.message


def test_R55_a_file_of_spreadsheets_begins_with_a_mark(
    tmp_path: Path, known: dict[str, DataAttribute]
) -> None:
    seen = preview(written(tmp_path, b"\xef\xbb\xbfuser_id\n1\n"), known, {})
    assert seen.lines == [Line(2, {"external_id": "1"})]


@pytest.mark.parametrize(("most", "fits"), [(3, True), (2, False)])
def test_R55_a_file_has_no_more_lines_than_may_be(
    tmp_path: Path, known: dict[str, DataAttribute], monkeypatch: pytest.MonkeyPatch, most: int, fits: bool
) -> None:
    monkeypatch.setattr(import_files, "MOST_ROWS", most)
    path = written(tmp_path, "user_id\n1\n2\n3\n")
    if fits:
        assert count_lines(path, known, {}) == 3
    else:
        with pytest.raises(ParameterInvalid):
            count_lines(path, known, {})


def test_R55_lines_far_down_are_judged_when_they_are_written(
    tmp_path: Path, known: dict[str, DataAttribute], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "JUDGED_LINES", 1)
    seen = preview(written(tmp_path, "email\nno email\nnone either\n"), known, {})
    assert [type(problem) for problem in seen.problems] == [BadLine]
    assert seen.problems[0].number == 2
