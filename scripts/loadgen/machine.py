"""What a process has used, by the kernel's own accounting (Linux's ``/proc``).

CPU is user and system time. Memory is what is private to the process, in user space: what the
kernel keeps for a socket (about 4.7 KB an end) is the same whoever serves it.
"""

import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_SCHEDULED: Final = 2

FILES_KEPT: Final = 300
"""Files that either side needs for other things: lanes of pings here, the database there."""

PORTS_AN_ADDRESS: Final = 20_000
"""Connections from one source address before the next of 127.0.0.x is taken: well within the ports there are."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes in user space. ``private`` counts pages that no other process shares, ``pss`` a fair share of all."""

    private: int
    pss: int


class Process:
    """A server whose use is read from outside, with the processes that it started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def pids(self) -> list[int]:
        """Its own first, then those of all that it started."""
        found = [self.pid]
        for pid in found:
            for listing in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    found += map(int, listing.read_text().split())
                except (FileNotFoundError, ProcessLookupError):
                    continue
        return found

    def is_alive(self) -> bool:
        try:
            return parse_state(Path(f"/proc/{self.pid}/stat").read_text()) != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def cpu_seconds(self) -> float:
        """User and system time so far, of it and its children. Raises ProcessLookupError when it is gone."""
        total = 0.0
        for pid in self.pids():
            try:
                total += time.clock_gettime(cpu_clock(pid))
            except OSError:
                if pid == self.pid:
                    raise ProcessLookupError(f"the server (pid {self.pid}) is gone") from None
        return total

    def memory(self) -> Memory:
        """User-space memory now. Raises ProcessLookupError when it is gone, PermissionError when it isn't ours."""
        found: list[Memory] = []
        for pid in self.pids():
            try:
                found.append(parse_smaps(Path(f"/proc/{pid}/smaps_rollup").read_text()))
            except (FileNotFoundError, ProcessLookupError):
                if pid == self.pid:
                    raise ProcessLookupError(f"the server (pid {self.pid}) is gone") from None
        return Memory(sum(memory.private for memory in found), sum(memory.pss for memory in found))


def cpu_clock(pid: int) -> int:
    """The clock that counts a process's CPU time to the nanosecond, in all its threads: clock_getcpuclockid(3).

    It is the sum that ``/proc/<pid>/stat`` shows in hundredths of a second.
    """
    return (~pid << 3) | _SCHEDULED


def parse_state(text: str) -> str:
    """The state in ``/proc/<pid>/stat``; the name in brackets before it may hold anything."""
    return text[text.rindex(")") + 2 :].split(maxsplit=1)[0]


def parse_smaps(text: str) -> Memory:
    sizes = {
        name: int(rest.split()[0]) * 1024
        for name, colon, rest in (line.partition(":") for line in text.splitlines()[1:])
        if colon
    }
    return Memory(sizes["Private_Clean"] + sizes["Private_Dirty"], sizes["Pss"])


def queued_seconds(*pids: int) -> float:
    """How long the main threads of these processes were ready to run, so far, while the machine ran others."""
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) for pid in pids) / 1e9


def own_cpu_seconds() -> float:
    """User and system time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def pid_listening_on(port: int) -> int | None:
    """Who listens on a local port; none where nobody does or the kernel does not tell us."""
    for connection in psutil.net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
            pid: int | None = connection.pid
            return pid
    return None


def allow_files(wanted: int) -> int:
    """Raise the soft limit on open files as far as it may go; returns how many are allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def too_many_files(users: int, watchers: int, limit: int) -> str | None:
    """A sentence when so many connections can't be had in one process, else none."""
    wanted = users + watchers + FILES_KEPT
    if wanted <= limit:
        return None
    most = max(0, limit - watchers - FILES_KEPT)
    return (
        f"--users {users} with --watchers {watchers} needs {wanted} open files here and in the server, and "
        f"{limit} are allowed (ulimit -n): take at most --users {most}, or raise the limit."
    )


def source_address(number: int) -> tuple[str, int] | None:
    """Where the connection ``number`` comes from: none lets the kernel choose, as long as ports suffice."""
    step = number // PORTS_AN_ADDRESS
    return (f"127.0.0.{step + 1}", 0) if step else None
