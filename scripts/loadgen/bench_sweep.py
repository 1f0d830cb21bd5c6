"""The sweep at a million: each round is a process of its own, so that one's memory is not another's."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from . import product
from .contenders import PRODUCT
from .figures import Figure, Side

CONTACTS: Final = 1_000_000
CONTACTS_QUICK: Final = 20_000
MOST_MS: Final = 20.0
_SECONDS: Final = 300.0
_STEPS: Final = ("arriving", "beating", "going")
_SWEPT: Final = ("beating", "going")


def sweep(contacts: int, rounds: int) -> Figure:
    """The longest stall of the loop while contacts beat and are looked at, and while all of them go at once."""
    told = [_round(contacts) for _ in range(rounds)]
    worst = [max(one[step]["stall_ms"] for step in _SWEPT) for one in told]
    by_step = "; ".join(_worst(told, step) for step in _STEPS)
    return Figure(
        name=f"longest stall of the loop while {contacts:,} contacts are swept",
        unit="ms",
        reach=f"at most {MOST_MS:.0f} ms",
        ours=Side(PRODUCT, worst),
        others=[],
        reached=Side(PRODUCT, worst).median <= MOST_MS,
        note=f"{rounds} rounds; the worst of all, {by_step}; other programs' turns on the processor left out",
    )


def _worst(told: list[dict[str, dict[str, float]]], step: str) -> str:
    names = ("stall_ms", "wall_ms", "cpu_ms", "collector_ms", "took_seconds")
    stall, wall, cpu, collector, took = (max(one[step][name] for one in told) for name in names)
    causes = f"by the wall {wall:.1f}, own CPU {cpu:.1f}, garbage collector {collector:.1f}"
    return f"{step}: {stall:.1f} ms ({causes}; all of it took {took:.1f} s)"


def _round(contacts: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="sweep-") as name:
        folder = Path(name)
        app_id = product.command(folder, "workspace", "create", "Sweep")["app_id"]
        (database,) = (folder / "data").glob("*.db")
        done = subprocess.run(
            [
                sys.executable,
                "-P",
                str(Path(__file__).with_name("sweep.py")),
                f"--contacts={contacts}",
                f"--app={app_id}",
                f"--database-url=sqlite+aiosqlite:///{database}",
                f"--leases={folder / 'leases'}",
            ],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            raise product.ProductError(f"the sweep failed:\n{done.stderr}")
        told: dict[str, dict[str, float]] = json.loads(done.stdout)
        return told
