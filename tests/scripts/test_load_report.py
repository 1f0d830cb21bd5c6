"""How a run's figures are told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.loadgen.report import Percentiles, Report, Second, as_text, percentiles, save

SECOND = Second(
    at=1.0,
    sent=100,
    acked=99,
    open_sockets=10,
    server_cpu=0.2,
    generator_cpu=0.1,
    ack_p50_ms=0.5,
    ack_p99_ms=None,
)
REPORT = Report(
    made_at="2026-01-02T03:04:05Z",
    users=10,
    rate=100,
    seconds=2,
    watchers=1,
    is_partial=False,
    machine={"cores": "2 cores"},
    pings=10,
    pings_seconds=0.5,
    ping_ms=Percentiles(10, 1, 2, 3, 4, 5),
    sockets=10,
    sockets_seconds=0.1,
    handshake_cpu_us=85.25,
    memory_per_connection_bytes=2048,
    memory_per_messenger_bytes=3072,
    beating_seconds=2.0,
    heartbeats_sent=200,
    heartbeats_acked=198,
    server_cpu=0.2,
    cpu_us_per_acked=22.0,
    ack_ms=Percentiles(198, 0.5, 1, 2, 3, 4),
    generator_cpu=0.3,
    generator_pause_ms=7,
    series=(SECOND, replace(SECOND, at=2.0)),
)


def test_percentiles_are_right_to_three_digits() -> None:
    found = percentiles(index / 1000 for index in range(1, 1001))
    assert found is not None
    assert (found.count, found.worst) == (1000, pytest.approx(1000, rel=0.001))
    assert (found.p50, found.p90, found.p99, found.p999) == pytest.approx((500, 900, 990, 999), rel=0.001)


def test_percentiles_of_nothing_are_none_and_of_extremes_are_bounded() -> None:
    assert percentiles([]) is None
    found = percentiles([0.0, 1e9])
    assert found is not None
    assert (found.p50, found.worst) == (0.001, pytest.approx(60_000, rel=0.001))


def test_report_tells_its_figures() -> None:
    text = as_text(REPORT)
    for told in (
        "10 in 0.5 s (20/s)",
        "85.2 us each",
        "2.00 KB",
        "3.00 KB",
        "99.0/s acknowledged",
        "22.0 us per",
    ):
        assert told in text
    assert "PARTIAL" not in text
    assert "WARNING" not in text


def test_report_owns_up_to_a_saturated_generator_and_an_early_end() -> None:
    text = as_text(replace(REPORT, generator_cpu=0.91, is_partial=True))
    assert "PARTIAL" in text
    assert "the generator used 91% of a core" in text
    assert "WARNING" not in as_text(replace(REPORT, generator_cpu=0.9))


def test_report_says_what_it_does_not_know() -> None:
    told = as_text(replace(REPORT, server_cpu=None, cpu_us_per_acked=None, handshake_cpu_us=None))
    assert told.count("(unknown)") == 3


def test_report_is_clean_only_without_errors_losses_and_flickers() -> None:
    assert REPORT.is_clean
    for fault in (
        {"errors": {"x": 1}},
        {"disconnects": {"1006": 1}},
        {"dots_missed": 1},
        {"dots_flickered": 1},
    ):
        assert not replace(REPORT, **fault).is_clean


def test_report_is_saved_as_text_json_and_picture(tmp_path: Path) -> None:
    files = save(REPORT, tmp_path / "reports")
    assert [file.name for file in files] == [
        f"load-20260102T030405Z{end}" for end in (".json", ".txt", ".png")
    ]
    assert json.loads(files[0].read_text())["series"][1]["at"] == 2.0
    assert files[1].read_text() == as_text(REPORT)
    assert files[2].read_bytes().startswith(b"\x89PNG")
