"""Logs: one event, one line, stable keys; where quiet, none."""

import json
from collections.abc import Iterator

import pytest
import structlog

from app import log


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_event_is_one_line_of_json_where_no_terminal_listens(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(json_lines=True)
    log.get_logger().info("presence.offline", contact="0" * 24, idle_seconds=131)
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["event"] == "presence.offline"
    assert (told["level"], told["idle_seconds"]) == ("info", 131)
    assert "timestamp" in told


def test_fault_is_told_with_its_trace_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(json_lines=True)
    try:
        raise RuntimeError("out of luck")
    except RuntimeError:
        log.get_logger().exception("server.task_died", task="sweeper")
    [line] = capsys.readouterr().err.splitlines()
    assert "out of luck" in json.loads(line)["exception"]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(quiet=True)
    log.get_logger().error("server.task_died")
    assert capsys.readouterr().err == ""
