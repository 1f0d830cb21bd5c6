"""Worlds for the tests of the tracker."""

from pathlib import Path

import pytest

from support.presence import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def durable_world(tmp_path: Path) -> World:
    return World(tmp_path / "presence")
