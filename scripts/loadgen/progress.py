"""Live progress: a small table on a terminal, plain lines everywhere else."""

import sys
from collections.abc import Mapping
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table


class Progress(Protocol):
    def show(self, phase: str, figures: Mapping[str, str]) -> None:
        """Say where the run is, and its figures just now."""
        ...

    def close(self) -> None: ...


class TerminalProgress:
    """Redraws in place. It is drawn when told to, never by a thread of its own, so it takes no time by itself."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def show(self, phase: str, figures: Mapping[str, str]) -> None:
        table = Table(title=phase, title_justify="left", show_header=False, box=None, padding=(0, 2))
        for name, value in figures.items():
            table.add_row(name, value)
        self._live.update(table, refresh=True)

    def close(self) -> None:
        self._live.stop()


class PlainProgress:
    """A line each time, for logs and pipes."""

    def show(self, phase: str, figures: Mapping[str, str]) -> None:
        told = ", ".join(f"{name} {value}" for name, value in figures.items())
        print(f"{phase}: {told}" if told else phase, file=sys.stderr, flush=True)

    def close(self) -> None:
        return


def progress() -> Progress:
    """The one that suits standard error."""
    console = Console(stderr=True)
    return TerminalProgress(console) if console.is_terminal else PlainProgress()
