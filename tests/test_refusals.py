"""What was refused, in the log: a line each, sixty a minute of a kind, and the rest counted."""

import pytest
from structlog.testing import capture_logs

from app import refusals
from app.refusals import LINES, WINDOW_SECONDS, log_refusal


class Time:
    """Real time, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(refusals, "monotonic", time)
    return time


def test_each_is_a_line_with_its_code(time: Time) -> None:
    with capture_logs() as lines:
        log_refusal("thing.refused", "broken", status=400)
        log_refusal("thing.refused", "broken", status=400)
    line = {"event": "thing.refused", "log_level": "warning", "code": "broken", "status": 400}
    assert lines == [line, line]


def test_a_flood_has_its_lines_and_is_counted_beyond_them(time: Time) -> None:
    with capture_logs() as lines:
        for _ in range(LINES + 5):
            log_refusal("thing.refused", "flood")
        time.now += WINDOW_SECONDS - 1
        log_refusal("thing.refused", "flood")
        assert len(lines) == LINES
        time.now += 1
        log_refusal("thing.refused", "flood")
        log_refusal("thing.refused", "flood")
    assert [line.get("withheld") for line in lines[LINES:]] == [6, None]


def test_one_kind_takes_no_lines_of_another(time: Time) -> None:
    with capture_logs() as lines:
        for _ in range(LINES + 1):
            log_refusal("thing.refused", "flood")
        log_refusal("thing.refused", "broken")
        log_refusal("other.refused", "flood")
    assert [(line["event"], line["code"]) for line in lines[LINES:]] == [
        ("thing.refused", "broken"),
        ("other.refused", "flood"),
    ]
