"""Turns of threads are short while a server runs, and no longer."""

import sys
from pathlib import Path

import pytest

from app.threads import TURN_SECONDS, short_turns
from support.serving import serving, settings_in


def test_turns_are_short_within_and_as_before_afterwards() -> None:
    before = sys.getswitchinterval()
    with short_turns():
        assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS)
    assert sys.getswitchinterval() == pytest.approx(before)


async def test_a_server_has_them(tmp_path: Path) -> None:
    async with serving(settings_in(tmp_path)):
        assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS)
