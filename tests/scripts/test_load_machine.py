"""What the kernel tells of a process, and how many connections fit in one."""

import os
import socket
import subprocess
import sys

import pytest

from scripts.loadgen.machine import (
    PORTS_AN_ADDRESS,
    Process,
    own_cpu_seconds,
    parse_smaps,
    parse_state,
    pid_listening_on,
    queued_seconds,
    source_address,
    too_many_files,
)

SMAPS = """\
561867e07000-7fffa5529000 ---p 00000000 00:00 0                          [rollup]
Rss:                1604 kB
Pss:                 347 kB
Private_Clean:        72 kB
Private_Dirty:       112 kB
"""


def test_state_is_found_whatever_the_process_is_called() -> None:
    assert parse_state("42 (a) Z (b) c) S 1 42 42 0 -1 4194304 99 0 0 0") == "S"


def test_cpu_of_a_process_is_what_the_kernel_shows_of_it() -> None:
    # One of our own, as children count too, and this process may have some.
    work = "import os; sum(range(3_000_000)); print(sum(os.times()[:2]), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        shown = float(child.stdout.readline())
        counted = Process(child.pid).cpu_seconds()
        child.communicate()
    assert counted == pytest.approx(shown, abs=0.1)


def test_threads_that_share_one_processor_wait_for_their_turns() -> None:
    processor = min(os.sched_getaffinity(0))
    work = (
        f"import os; os.sched_setaffinity(0, {{{processor}}}); print('ready', flush=True); input(); "
        "sum(range(5_000_000)); print('done', flush=True); input()"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    waited = queued_seconds(*(child.pid for child in children))
    for child in children:
        child.communicate()
    assert waited > 0.01


def test_memory_is_what_is_private() -> None:
    memory = parse_smaps(SMAPS)
    assert (memory.private, memory.pss) == (184 * 1024, 347 * 1024)


def test_a_process_is_seen_to_work_and_to_grow() -> None:
    work = "x = bytearray(40 << 20); sum(range(3_000_000)); print('done', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", f"print(1, flush=True); input(); {work}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        process = Process(child.pid)
        child.stdout.readline()
        memory, cpu = process.memory(), process.cpu_seconds()
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.readline()
        assert process.memory().private - memory.private >= 40 << 20
        assert process.cpu_seconds() > cpu
        assert process.is_alive()
        child.stdin.write(b"\n")
    assert not process.is_alive()
    with pytest.raises(ProcessLookupError):
        process.cpu_seconds()


def test_own_cpu_grows_with_work() -> None:
    before = own_cpu_seconds()
    sum(range(2_000_000))
    assert own_cpu_seconds() > before


def test_who_listens_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert pid_listening_on(port) == os.getpid()
    assert pid_listening_on(port) is None


def test_too_many_connections_are_told_with_what_would_fit() -> None:
    assert too_many_files(19_000, 100, limit=20_000) is None
    told = too_many_files(25_000, 100, limit=20_000)
    assert told is not None
    assert "25400" in told
    assert "at most --users 19600" in told
    assert too_many_files(19_600, 100, limit=20_000) is None


def test_connections_spread_over_addresses_before_ports_run_short() -> None:
    assert source_address(0) is None
    assert source_address(PORTS_AN_ADDRESS - 1) is None
    assert source_address(PORTS_AN_ADDRESS) == ("127.0.0.2", 0)
    assert source_address(2 * PORTS_AN_ADDRESS) == ("127.0.0.3", 0)
