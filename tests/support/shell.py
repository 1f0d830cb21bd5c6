"""A shell in which commands are run within the test's own process."""

import io
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from app import cli


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def values(self) -> dict[str, str]:
        """The lines of the output, each ``key: value``."""
        return dict(line.split(": ", 1) for line in self.out.splitlines())


class Shell:
    """A shell in a folder of its own, in which commands are run within this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def run(self, *arguments: str) -> Outcome:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as exited:
            cli.main(arguments)
        out, err = self._capsys.readouterr()
        return Outcome(int(exited.value.code or 0), out, err)

    def made(self, *arguments: str) -> dict[str, str]:
        """What a command that must succeed has printed."""
        outcome = self.run(*arguments)
        assert (outcome.status, outcome.err) == (0, "")
        return outcome.values

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'data' / 'porchlight.db'}"


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    for name in list(os.environ):
        if name.startswith("PORCHLIGHT_") and not name.startswith("PORCHLIGHT_TESTS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    logs = structlog.get_config()
    yield Shell(tmp_path, capsys)
    structlog.configure(**logs)


def assert_refused(outcome: Outcome, sentence: str) -> None:
    """One sentence on standard error, nothing else anywhere, and status 1."""
    assert outcome.status == 1
    assert outcome.out == ""
    assert re.search(sentence, outcome.err)
    assert outcome.err.count("\n") == 1


def type_in(monkeypatch: pytest.MonkeyPatch, given: bytes) -> None:
    """Have ``given`` on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
