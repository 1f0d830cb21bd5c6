"""Contacts as lines of CSV: rule R55."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contacts import csv_rows
from app.contacts.csv_rows import BadLine, Column, Line, read_columns, read_lines, write_cell
from app.errors import ParameterInvalid


def read(
    text: str, attributes: Sequence[str] = (), mapping: dict[str, str] | None = None
) -> list[Line | BadLine]:
    header, *rows = text.splitlines(keepends=True)
    columns = read_columns(next(csv.reader([header])), attributes, mapping)
    return list(read_lines(rows, columns))


def test_R55_a_line_says_what_a_rest_write_would() -> None:
    [line] = read("user_id,email,name,plan\n1,ada@example.com,Ada Lovelace,pro\n", ["plan"])
    assert line == Line(
        2,
        {
            "external_id": "1",
            "email": "ada@example.com",
            "name": "Ada Lovelace",
            "custom_attributes": {"plan": "pro"},
        },
    )


@pytest.mark.parametrize("name", ["user_id", "external_id", " user_id ", "\ufeffuser_id"])
def test_R55_the_customers_own_id_goes_by_two_names(name: str) -> None:
    assert read(f"{name}\n42\n") == [Line(2, {"external_id": "42"})]


def test_R55_columns_of_other_names_are_mapped_or_left_out() -> None:
    lines = read(
        "Mail,Plan,Shoe size\na@b.example,pro,42\n",
        ["plan"],
        {"Mail": "email", "Plan": "plan", "Shoe size": ""},
    )
    assert lines == [Line(2, {"email": "a@b.example", "custom_attributes": {"plan": "pro"}})]


@pytest.mark.parametrize(
    ("header", "mapping", "told"),
    [
        (["email", "shoe_size"], {}, "'shoe_size' is no field"),
        (["email", "email"], {}, "Two columns are named 'email': rename"),
        (["user_id", "external_id"], {}, "Two columns hold 'user_id'"),
        (["email", "Mail"], {"Mail": "email"}, "Two columns hold 'email'"),
        (["name", "phone"], {}, "No column says who a line is about"),
        (["email"], {"Mail": "email"}, "does not have: 'Mail'"),
        ([f"c{n}" for n in range(csv_rows.MOST_COLUMNS + 1)], {}, "401 columns"),
    ],
)
def test_R55_a_header_that_can_not_be_right_is_refused(
    header: list[str], mapping: dict[str, str], told: str
) -> None:
    with pytest.raises(ParameterInvalid) as error:
        read_columns(header, ["plan"], mapping)
    assert told in error.value.message


def test_R55_two_columns_of_one_name_may_be_left_out() -> None:
    assert [column.field for column in read_columns(["email", "x", "x"], [], {"x": ""})] == [
        "email",
        None,
        None,
    ]


def test_R55_what_only_an_export_tells_is_passed_by() -> None:
    assert read_columns(["email", "session_count", "city"], []) == [
        Column("email"),
        Column(None),
        Column(None),
    ]


def test_R55_lines_are_counted_as_an_editor_counts_them() -> None:
    text = 'email,name\na@b.example,"Two\nlines"\n\nc@d.example,Cleo,too,many\ne@f.example,Eve\n'
    assert [line.number for line in read(text)] == [2, 5, 6]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a@b.example,Ada,more\n", "has 3 cells, more than the header's 2"),
        ("a@b.example," + "x" * 10_001 + "\n", "'name' is longer than 10000 characters"),
        (",\n", "says of nobody anything"),
        ('a@b.example,"open\n', "this is not CSV: unexpected end of data"),
        ("a\0@b.example,Ada\n", "'email' holds a character that can't be stored"),
        ("a@b.example,\ud800\n", "'name' holds a character that can't be stored"),
    ],
)
def test_R55_a_bad_line_says_why(row: str, reason: str) -> None:
    assert read("email,name\n" + row) == [BadLine(2, reason)]


@pytest.mark.parametrize("field", ["signed_up_at", "last_seen_at"])
def test_R55_a_date_that_is_none_is_told_how_dates_are_written(field: str) -> None:
    [line] = read(f"email,{field}\na@b.example,soon\n")
    rule = "must be a date: Unix seconds, or such as 2024-03-01 or 2024-03-01T09:30:00Z"
    assert line == BadLine(2, f"{field} {rule}")


def test_R55_a_line_that_is_no_csv_costs_itself_alone() -> None:
    lines = read('email,name\na@b.example,"Ada"x\nc@d.example,Cleo\n')
    assert [type(line) for line in lines] == [BadLine, Line]
    assert [line.number for line in lines] == [2, 3]


def test_R55_a_cell_as_long_as_may_be_is_taken() -> None:
    [line] = read("email,name\na@b.example," + "x" * 10_000 + "\n")
    assert isinstance(line, Line)


@pytest.mark.parametrize("cell", ["", " ", "null", "undefined"])
def test_R55_an_empty_cell_says_nothing(cell: str) -> None:
    assert read(f"email,name\na@b.example,{cell}\n") == [Line(2, {"email": "a@b.example"})]


@pytest.mark.parametrize("name", ["null", "undefined", " null "])
def test_R55_what_is_called_as_an_empty_cell_comes_back_from_an_export(name: str) -> None:
    assert read(f"email,name\na@b.example,{write_cell(name)}\n") == [
        Line(2, {"email": "a@b.example", "name": name})
    ]


def test_R55_two_halves_of_a_name_stay_halves_and_give_way_to_a_whole_one() -> None:
    assert read("email,first_name,last_name\na@b.example,Ada,King\n")[0] == Line(
        2, {"email": "a@b.example", "first_name": "Ada", "last_name": "King"}
    )
    [line] = read("email,name,first_name,last_name\na@b.example,Dr Ada King,Ada,King\n")
    assert line == Line(2, {"email": "a@b.example", "name": "Dr Ada King"})


@pytest.mark.parametrize(
    "halves", [{"first_name": "Mary Ann", "last_name": "King"}, {"last_name": "Mary Ann King"}]
)
def test_R55_halves_that_make_up_the_whole_name_stay_beside_it(halves: dict[str, str]) -> None:
    cells = ",".join([halves.get("first_name", ""), halves.get("last_name", "")])
    [line] = read(f"email,name,first_name,last_name\na@b.example,Mary Ann King,{cells}\n")
    assert line == Line(2, {"email": "a@b.example", "name": "Mary Ann King", **halves})


@pytest.mark.parametrize("row", ["a@b.example,Ada,", "a@b.example,,King"])
def test_R55_one_half_of_a_name_is_no_name(row: str) -> None:
    [line] = read(f"email,first_name,last_name\n{row}\n")
    assert isinstance(line, Line)
    assert line.body.keys() in ({"email", "first_name"}, {"email", "last_name"})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1700000000", 1_700_000_000.0),
        ("2023-11-14T22:13:20Z", 1_700_000_000.0),
        ("2023-11-14 22:13:20", 1_700_000_000.0),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000.0),
        ("2023-11-14", 1_699_920_000.0),
        ("soon", None),
        ("2023-02-30", None),
    ],
)
def test_R55_moments_are_unix_seconds_or_iso_8601(text: str, moment: float | None) -> None:
    assert csv_rows.read_moment(text) == moment


@pytest.mark.parametrize("seconds", [0.0, 1_700_000_000.0, 1_700_000_000.25])
def test_R55_a_moment_is_read_as_it_was_written(seconds: float) -> None:
    assert csv_rows.read_moment(csv_rows.write_moment(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+353871234567",
        "-2",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\n=x",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A1",
        "'quoted",
    ],
)
def test_R55_nothing_that_is_written_is_a_formula(text: str) -> None:
    assert write_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (True, "true"), (False, "false"), (-2, "-2"), (1.5, "1.5"), ("a=b", "a=b")],
)
def test_values_are_written_plainly(value: csv_rows.Cell, cell: str) -> None:
    assert write_cell(value) == cell


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40))
def test_R55_text_comes_back_as_it_was_written(text: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["email", "name"], ["a@b.example", write_cell(text)]])
    written.seek(0)
    columns = read_columns(next(csv.reader([written.readline()])), [])
    [line] = read_lines(written, columns)
    assert isinstance(line, Line)
    says_nothing = write_cell(text).strip() in {"", "null", "undefined"}
    assert line.body.get("name", "") == ("" if says_nothing else text)
    assert not write_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
