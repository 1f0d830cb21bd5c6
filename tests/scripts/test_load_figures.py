"""Figures side by side, as the benchmark tells them."""

import json

import pytest

from scripts.loadgen.contenders import DEFAULTS, PRODUCT, TUNED, in_turn
from scripts.loadgen.figures import Figure, Side, as_json, as_markdown

FIGURE = Figure(
    name="cost",
    unit="us",
    reach="at most half",
    ours=Side("ours", [10.0, 30.0, 12.0]),
    others=[Side("theirs", [100.0, 120.0, 24.0])],
    reached=True,
    note="3 rounds",
)


def test_the_median_is_told() -> None:
    assert FIGURE.ours.median == 12.0


def test_ratios_are_taken_round_by_round() -> None:
    assert FIGURE.ratio(FIGURE.others[0]) == 0.25


def test_rounds_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        FIGURE.ratio(Side("other", [1.0]))


def test_table_can_stand_in_a_readme() -> None:
    lines = as_markdown([FIGURE, FIGURE.judged(reached=False)]).splitlines()
    assert lines[2] == "| cost | at most half | 12.0 us | theirs 100 us (x0.25) | yes |"
    assert lines[3].endswith("| **no** |")
    assert lines[5] == "- cost: 3 rounds"


def test_remarks_gather() -> None:
    assert FIGURE.noted("busy").note == "3 rounds; busy"


def test_every_round_is_kept_in_the_file() -> None:
    told = json.loads(as_json([FIGURE], {"machine": {"cores": "2 cores"}}))
    assert told["machine"] == {"cores": "2 cores"}
    (figure,) = told["figures"]
    assert figure["ours"]["rounds"] == [10.0, 30.0, 12.0]
    assert figure["ratios"] == {"theirs": 0.25}


def test_nobody_always_runs_first() -> None:
    assert [in_turn(number)[0] for number in range(4)] == [PRODUCT, DEFAULTS, TUNED, PRODUCT]
    assert all(sorted(in_turn(number)) == sorted([PRODUCT, DEFAULTS, TUNED]) for number in range(3))
