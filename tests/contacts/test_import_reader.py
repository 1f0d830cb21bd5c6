"""A large file is read in a process of its own: rule R55."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.attributes.records import AttributeId, DataAttribute
from app.contacts import import_reader
from app.contacts.csv_rows import BadLine, Line
from app.contacts.import_files import open_file, open_table
from app.contacts.import_reader import LINES_WORTH_IT, Reading, lines_of
from app.contacts.imports import newcomer_of
from app.errors import ParameterInvalid
from app.ids import AppId
from support.recording import NOW

SEATS = DataAttribute(
    AttributeId(1), AppId("uacme000"), "contact", "seats", "Seats", None, "integer", (), True, False, NOW, NOW
)
ATTRIBUTES = {"seats": SEATS}
MANY = 20_000
"""Lines that are too many for the pipe: the process waits before it has written all."""


@contextmanager
def read(
    path: Path, content: str | bytes, *, lines_done: int = 0, rows_total: int = LINES_WORTH_IT
) -> Iterator[Iterator[Line | BadLine]]:
    """The lines of a file of this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_file(path) as file:
        columns = open_table(file, ATTRIBUTES, {})
        with lines_of(file, Reading(str(path), columns, ATTRIBUTES, lines_done), rows_total) as lines:
            yield lines


def numbers(lines: Iterator[Line | BadLine]) -> list[int]:
    return [line.number for line in lines]


def users(count: int) -> str:
    return "user_id,name\n" + "".join(f"{n},Ada Lovelace the {n}th\n" for n in range(count))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> "list[subprocess.Popen[bytes]]":
    """The processes that are started."""
    processes: list[subprocess.Popen[bytes]] = []
    start = import_reader._start

    def recording() -> "subprocess.Popen[bytes]":
        processes.append(start())
        return processes[-1]

    monkeypatch.setattr(import_reader, "_start", recording)
    return processes


def test_R55_a_process_finds_the_lines_and_what_they_make_of_somebody_new(
    path: Path, started: "list[subprocess.Popen[bytes]]"
) -> None:
    text = "id,user_id,email,seats,signed_up_at\n,1,ada@example.com,7,2024-03-01\n,2,,many,\n,,,,soon\n,3,no email,,\n"
    text += f"{'a' * 24},4,,,\n"
    with read(path, text, rows_total=0) as lines:
        here = list(lines)
    assert started == []
    with read(path, text) as lines:
        apart = list(lines)
    assert len(started) == 1
    assert [(line.number, line.body) for line in apart if isinstance(line, Line)] == [
        (line.number, line.body) for line in here if isinstance(line, Line)
    ]
    assert [line for line in apart if isinstance(line, BadLine)] == [BadLine(4, here[2].reason)]  # type: ignore[union-attr]
    newcomers = {line.number: line.newcomer for line in apart if isinstance(line, Line)}
    # Whether it is bad that a line makes nobody, or that it names an id, depends on who is there.
    assert newcomers == {2: newcomer_of(here[0].body, ATTRIBUTES), 3: None, 5: None, 6: None}  # type: ignore[union-attr]


def test_R55_what_was_done_before_is_not_read_again(
    path: Path, started: "list[subprocess.Popen[bytes]]"
) -> None:
    with read(path, users(5), lines_done=3, rows_total=LINES_WORTH_IT + 3) as lines:
        assert numbers(lines) == [5, 6]
    assert len(started) == 1


@pytest.mark.parametrize(("rows_total", "processes"), [(LINES_WORTH_IT + 1, 0), (LINES_WORTH_IT + 2, 1)])
def test_a_process_is_started_for_as_many_lines_as_are_worth_it(
    path: Path, started: "list[subprocess.Popen[bytes]]", rows_total: int, processes: int
) -> None:
    with read(path, users(3), lines_done=2, rows_total=rows_total) as lines:
        assert numbers(lines) == [4]
    assert len(started) == processes


def test_R55_a_file_that_is_no_text_further_on_is_refused_where_it_is_none(path: Path) -> None:
    with (
        read(path, users(MANY).encode() + b"\xff\xff,\n") as lines,
        pytest.raises(ParameterInvalid, match="UTF-8"),
    ):
        for line in lines:
            last = line.number
    assert last > MANY / 2


def test_R55_lines_that_a_dead_process_owes_are_read_here(
    path: Path, started: "list[subprocess.Popen[bytes]]", capsys: pytest.CaptureFixture[str]
) -> None:
    with read(path, users(MANY)) as lines:
        first = next(lines)
        started[0].kill()
        assert [first.number, *numbers(lines)] == list(range(2, MANY + 2))
    assert "import.reader_ended" in "".join(capsys.readouterr())


def test_R55_where_no_process_can_be_started_all_lines_are_read_here(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> "subprocess.Popen[bytes]":
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(import_reader, "_start", failing)
    with read(path, users(3)) as lines:
        assert numbers(lines) == [2, 3, 4]


def test_a_process_that_does_not_even_take_its_task_is_done_without(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def useless() -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(["false"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.peek()  # type: ignore[attr-defined]  # It has ended when there is nothing.
        return process

    monkeypatch.setattr(import_reader, "_start", useless)
    with read(path, users(3)) as lines:
        assert numbers(lines) == [2, 3, 4]


def test_the_process_ends_with_whoever_stops_reading(
    path: Path, started: "list[subprocess.Popen[bytes]]"
) -> None:
    with read(path, users(MANY)) as lines:
        next(lines)
        assert started[0].poll() is None
    assert started[0].poll() is not None


def test_the_process_ends_by_itself_where_its_reader_was_killed(
    path: Path, started: "list[subprocess.Popen[bytes]]"
) -> None:
    with read(path, users(MANY)) as lines:
        next(lines)
        pipe = started[0].stdout
        assert pipe is not None
        pipe.close()  # as the kernel does it
        assert started[0].wait(60) > 0
