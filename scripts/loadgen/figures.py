"""Figures of the benchmark, side by side: medians over rounds, ratios, and the table for the README."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median


@dataclass(frozen=True, slots=True)
class Side:
    """What one contender showed: a value for each round."""

    name: str
    rounds: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.rounds)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``ours`` is the product, ``others`` what ran beside it in the same rounds."""

    name: str
    unit: str
    reach: str
    ours: Side
    others: Sequence[Side]
    reached: bool
    note: str = ""

    def ratio(self, other: Side) -> float:
        """Ours to theirs, round by round: the machine's mood is the same for both."""
        return median(mine / theirs for mine, theirs in zip(self.ours.rounds, other.rounds, strict=True))

    def judged(self, reached: bool) -> "Figure":
        return replace(self, reached=reached)

    def noted(self, note: str) -> "Figure":
        """With one more remark."""
        return replace(self, note="; ".join(filter(None, [self.note, note])))


def as_markdown(figures: Sequence[Figure]) -> str:
    rows = [
        "| figure | reach | Porchlight | beside it, in the same run | reached |",
        "|---|---|---|---|---|",
        *(
            f"| {figure.name} | {figure.reach} | {_value(figure.ours.median, figure.unit)} "
            f"| {_others(figure)} | {'yes' if figure.reached else '**no**'} |"
            for figure in figures
        ),
    ]
    notes = [f"- {figure.name}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*rows, *(["", *notes] if notes else [])]) + "\n"


def _others(figure: Figure) -> str:
    return "; ".join(
        f"{other.name} {_value(other.median, figure.unit)} (x{figure.ratio(other):.2f})"
        for other in figure.others
    )


def _value(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def as_json(figures: Sequence[Figure], about: Mapping[str, object]) -> str:
    told = [
        asdict(figure)
        | {"median": figure.ours.median, "ratios": {side.name: figure.ratio(side) for side in figure.others}}
        for figure in figures
    ]
    return json.dumps({**about, "figures": told}, indent=1) + "\n"
