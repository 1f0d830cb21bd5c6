"""Both scripts, end to end, against a real server of their own. Small: what they find is for larger runs."""

import json
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.journey

SCRIPTS = Path(__file__).parents[2] / "scripts"


def run(script: str, *arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [SCRIPTS / script, *arguments], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )


def test_ten_messengers_ping_beat_leave_and_are_seen(tmp_path: Path) -> None:
    done = run(
        "load",
        *("--users", "10", "--rate", "15", "--seconds", "8", "--watchers", "2", "--leavers", "0.4"),
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "reports").glob("load-*.json")
    report = json.loads(file.read_text())
    assert (report["pings"], report["sockets"], report["dashboards"]) == (10, 10, 2)
    assert report["heartbeats_acked"] + report["heartbeats_waived"] == report["heartbeats_sent"] >= 100
    assert report["cpu_us_per_acked"] > 0
    # Four leave and come back, and both dashboards have everybody on their page.
    assert (report["dots_expected"], report["dots_missed"], report["dots_flickered"]) == (16, 0, 0)
    assert report["green_dot_ms"]["count"] == 16
    assert (report["errors"], report["disconnects"]) == ({}, {})
    assert "Load report" in done.stdout
    assert re.search(r"Beating, \d+ of 8 s", done.stderr)
    assert file.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--users", "0"], "--users is 0"),
        (["--users", "10000000"], "open files"),
        (["--rate", "-1"], "--rate is -1"),
        (["--seconds", "0"], "--seconds is 0"),
        (["--leavers", "1.5"], "--leavers is 1.5"),
        (["--url", "http://127.0.0.1:1"], "--url needs --app"),
        (["--url", "http://127.0.0.1:1", "--app", "uabcdefg"], "--watchers needs --email"),
    ],
)
def test_arguments_that_cannot_be_run_are_refused_with_a_sentence(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    done = run("load", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("load", "--url", "http://127.0.0.1:1", "--app", "uabcdefg", "--watchers", "0", folder=tmp_path)
    assert done.returncode == 1
    assert "load: " in done.stderr
    assert "Traceback" not in done.stderr


def test_bench_measures_every_figure(tmp_path: Path) -> None:
    done = run("bench", "--quick", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "reports" / "bench.json").read_text())
    assert [figure["unit"] for figure in told["figures"]] == ["us", "KB", "us", "ms", "ms", "ms", "/s"]
    assert all(figure["median"] > 0 for figure in told["figures"])
    assert "trouble" not in done.stdout
    assert "errors" not in done.stdout
    pings = told["figures"][-1]
    assert pings["reach"] == "at least 5 times one commit each by SQLAlchemy on aiosqlite"
    assert list(pings["ratios"]) == [
        "one commit each by SQLAlchemy on aiosqlite",
        "one commit each by our own writer",
    ]
    assert pings["reached"] == (pings["ratios"]["one commit each by SQLAlchemy on aiosqlite"] >= 5)
    assert "| figure | reach |" in done.stdout
