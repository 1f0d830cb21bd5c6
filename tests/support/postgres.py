"""A private PostgreSQL server for the tests that need one, on a free port of this machine.

It starts once for a test run, and each test gets an empty database of its own. It keeps
nothing on the disk for sure (``fsync=off``): what is tested on it is what transactions see.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from scripts.loadgen.product import free_port
from support.programs import require_program

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The server's address, ``host:port``; skips with the reason where PostgreSQL is missing."""
    initdb, pg_ctl = require_program("initdb"), require_program("pg_ctl")
    # Not under pytest's own folder: that one is closed to the user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="porchlight-postgres-"))
    cluster, port = folder / "cluster", free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        _run(initdb, "-D", cluster, "-U", "porchlight", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"-p {port} -h 127.0.0.1 -k '' -c fsync=off -c max_connections=60"
        _run(pg_ctl, "-D", cluster, "-w", "-t", "240", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"127.0.0.1:{port}"
        finally:
            _run(pg_ctl, "-D", cluster, "-w", "-t", "240", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """An empty database of the test's own."""
    return _new_database(postgres_server)


@pytest.fixture
def postgres_url_too(postgres_server: str) -> str:
    """Another one, for comparison."""
    return _new_database(postgres_server)


def _new_database(server: str) -> str:
    name = f"test_{next(_numbers)}"
    asyncio.run(_create_database(server, name))
    return f"postgresql+asyncpg://porchlight@{server}/{name}"


async def _create_database(server: str, name: str) -> None:
    connection = await asyncpg.connect(f"postgresql://porchlight@{server}/postgres")
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


def _run(*command: str | Path) -> None:
    """Run one of PostgreSQL's programs, as its own user where we are root: as root it refuses."""
    user = "postgres" if os.geteuid() == 0 else None
    done = subprocess.run(  # noqa: PLW1510  The assertion below says more.
        [str(part) for part in command],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
