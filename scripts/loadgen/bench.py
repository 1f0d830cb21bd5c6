"""The command line of ``scripts/bench``: the product's promises, measured side by side."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from . import bench_dots, bench_list, bench_pings, bench_sockets, bench_sweep
from .crowd import LoadError
from .figures import Figure, as_json, as_markdown
from .machine import allow_files
from .product import ProductError
from .progress import Progress, progress
from .run import machine

FILES: Final = 16_000
"""What the largest figure needs in one process."""

DESCRIPTION: Final = """\
Measures Porchlight beside a minimal Starlette app on uvicorn's defaults, and beside the same app tuned; pings
beside Porchlight itself with one commit each, by SQLAlchemy on aiosqlite and by its own writer. All in one
run: rounds in turn, medians and ratios, as machines are noisy and absolute figures do not carry over. Prints a
table in Markdown, and saves it with every round as bench.md and bench.json."""


@dataclass(frozen=True, slots=True)
class Part:
    """One figure, or two that are measured together."""

    full: Callable[[Progress], Sequence[Figure]]
    quick: Callable[[Progress], Sequence[Figure]]


PARTS: Final[dict[str, Part]] = {
    "heartbeats": Part(
        lambda _: [bench_sockets.heartbeats(bench_sockets.HEARTBEATS)],
        lambda _: [bench_sockets.heartbeats(bench_sockets.HEARTBEATS_QUICK)],
    ),
    "connections": Part(
        lambda _: bench_sockets.openings(bench_sockets.OPENINGS),
        lambda _: bench_sockets.openings(bench_sockets.OPENINGS_QUICK),
    ),
    "dots": Part(
        lambda shown: [bench_dots.dots(bench_dots.FULL, 3, shown)],
        lambda shown: [bench_dots.dots(bench_dots.QUICK, 1, shown)],
    ),
    "sweep": Part(
        lambda _: [bench_sweep.sweep(bench_sweep.CONTACTS, 3)],
        lambda _: [bench_sweep.sweep(bench_sweep.CONTACTS_QUICK, 1)],
    ),
    "list": Part(
        lambda shown: [bench_list.first_bytes(bench_list.FULL, shown)],
        lambda shown: [bench_list.first_bytes(bench_list.QUICK, shown)],
    ),
    "pings": Part(
        lambda _: [bench_pings.pings(bench_pings.FULL)],
        lambda _: [bench_pings.pings(bench_pings.QUICK)],
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 measured (reached or not), 1 could not be measured, 2 wrong arguments."""
    options = _parser().parse_args(arguments)
    names = [name for name in PARTS if not options.only or name in options.only]
    allow_files(FILES)
    shown = progress()
    figures: list[Figure] = []
    try:
        for name in names:
            shown.show(f"Measuring {name}", {})
            part = PARTS[name]
            busy = _load_of_others()
            figures += [
                figure.noted(busy) if busy else figure
                for figure in (part.quick if options.quick else part.full)(shown)
            ]
    except (LoadError, ProductError) as error:
        print(f"bench: {name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: stopped; the figures measured so far follow", file=sys.stderr)
    finally:
        shown.close()
    told = as_markdown(figures)
    print(told)
    _save(figures, told, options)
    return 0


def _load_of_others() -> str:
    """A sentence where the machine has other work: figures by the wall are then worth little. Empty where it rests."""
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    return (
        f"the machine was busy before it began: load {load:.1f} on {cores} cores" if load > cores / 2 else ""
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=DESCRIPTION)
    parser.add_argument(
        "--only",
        action="append",
        choices=list(PARTS),
        metavar="NAME",
        help=f"one of {', '.join(PARTS)}; may be repeated",
    )
    parser.add_argument(
        "--quick", action="store_true", help="small rounds: to see that it works, not for figures"
    )
    parser.add_argument(
        "--report", type=Path, default=Path("reports"), metavar="DIR", help="where to save (reports/)"
    )
    return parser


def _save(figures: Sequence[Figure], told: str, options: argparse.Namespace) -> None:
    folder: Path = options.report
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "made_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": machine(),
        "is_quick": options.quick,
    }
    (folder / "bench.json").write_text(as_json(figures, about), "utf-8")
    (folder / "bench.md").write_text(told, "utf-8")
    print(f"saved {folder / 'bench.json'}")


if __name__ == "__main__":
    sys.exit(main())
