"""A large file to be imported is read in a process of its own, while what it read before is written.

What a line says, and what it makes of somebody new, is found out without the database. It is a third of
an import's work, and of the threads of one process Python runs one at a time: in the server it would be
done before the next batch rather than beside this one, and in the way of every heartbeat.

The process writes what it finds to a pipe. Where the pipe is full it waits, so that it is a few thousand
lines ahead and no more; where nobody is there to read, because the server was killed, it ends. It may fail
as it likes: what it has not delivered is read here, where every error has its name. Rule R55.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, TextIO, TypeAlias

import msgspec

from app.attributes.records import DataAttribute
from app.contacts.csv_rows import BadLine, Column, Line
from app.contacts.import_files import open_file, readable
from app.contacts.imports import newcomer_of
from app.errors import PorchlightError
from app.log import get_logger

LINES_WORTH_IT: Final = 5_000
"""With fewer, the process would hardly have begun."""
_PARCEL_LINES: Final = 100
_PIPE_BYTES: Final = 1 << 20
_LENGTH_BYTES: Final = 4

_Packed: TypeAlias = tuple[int, str | dict[str, Any], dict[str, Any] | None]
"""The number of a line, why it is bad or what it says, and what it makes of somebody new."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read: a file whose header says ``columns``, from behind some lines on."""

    path: str
    columns: Sequence[Column]
    attributes: Mapping[str, DataAttribute]
    lines_done: int = 0


@contextmanager
def lines_of(file: TextIO, reading: Reading, rows_total: int) -> Iterator[Iterator[Line | BadLine]]:
    """The lines of a file, which is open behind its header; read by a process where many are left."""
    here = islice(readable(file, reading.columns), reading.lines_done, None)
    if rows_total - reading.lines_done < LINES_WORTH_IT:
        yield here
        return
    reader = _Reader(reading, here)
    try:
        yield reader.lines()
    finally:
        reader.close()


class _Reader:
    """The process that reads, as whoever writes what it finds sees it."""

    def __init__(self, reading: Reading, here: Iterator[Line | BadLine]) -> None:
        """``here`` are the same lines, read by whoever asks for them: what the process owes comes from there."""
        self._reading = reading
        self._here = here
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def lines(self) -> Iterator[Line | BadLine]:
        """All of them, once. It waits for the process, and raises what ``here`` raises."""
        delivered = 0
        for parcel in self._parcels():
            if not parcel:
                return
            delivered += len(parcel)
            yield from parcel
        if not self._is_closed:
            get_logger().warning("import.reader_ended", lines=delivered)
            yield from islice(self._here, delivered, None)

    def close(self) -> None:
        self._is_closed = True
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _parcels(self) -> Iterator[list[Line | BadLine]]:
        """Some lines at a time, and none behind the last; they end early where the process does."""
        try:
            self._process = process = _start()
        except OSError:
            return
        assert process.stdin is not None and process.stdout is not None
        with suppress(BrokenPipeError), process.stdin as task:
            task.write(msgspec.msgpack.encode(self._reading))
        with process.stdout as delivered:
            while (packed := _received(delivered)) is not None:
                yield list(map(_unpacked, _decode(packed)))


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  Our own interpreter, and our own module.
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # What went wrong is told by whoever reads on; and what a fault shows of a cell belongs to people.
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        pipesize=_PIPE_BYTES,
    )


def _received(pipe: IO[bytes]) -> bytes | None:
    """The next parcel; none where the process ended before it was whole."""
    length = int.from_bytes(pipe.read(_LENGTH_BYTES))
    packed = pipe.read(length)
    return packed if length and len(packed) == length else None


_decode: Final = msgspec.msgpack.Decoder(list[_Packed]).decode


def _unpacked(packed: _Packed) -> Line | BadLine:
    number, told, newcomer = packed
    return BadLine(number, told) if isinstance(told, str) else Line(number, told, newcomer)


# What follows runs in that process.


def main() -> None:
    reading = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Reading)
    with open_file(Path(reading.path)) as file:
        file.readline()
        lines = islice(readable(file, reading.columns), reading.lines_done, None)
        more = True
        while more:
            parcel = [_pack(line, reading.attributes) for line in islice(lines, _PARCEL_LINES)]
            packed = msgspec.msgpack.encode(parcel)
            sys.stdout.buffer.write(len(packed).to_bytes(_LENGTH_BYTES) + packed)
            more = bool(parcel)


def _pack(line: Line | BadLine, attributes: Mapping[str, DataAttribute]) -> _Packed:
    if isinstance(line, BadLine):
        return line.number, line.reason, None
    return line.number, dict(line.body), _newcomer(line.body, attributes)


def _newcomer(body: Mapping[str, object], attributes: Mapping[str, DataAttribute]) -> dict[str, Any] | None:
    """None where it makes nobody: whether that is bad, only who is there already can tell."""
    try:
        return newcomer_of(body, attributes) if "id" not in body else None
    except PorchlightError:
        return None


if __name__ == "__main__":
    main()
