"""The collector: circles are found, and what lives for long is not walked again and again."""

import gc
import weakref
from collections.abc import Mapping

import pytest

from app import collector
from app.collector import calm_collector


class Thing:
    """Something that can refer to itself."""

    itself: "Thing | None" = None


class Walks:
    """How many objects each walk had before it."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "start":
            generations = range(info["generation"] + 1)
            self.lengths.append(sum(len(gc.get_objects(generation=number)) for number in generations))


def test_circle_is_collected_soon() -> None:
    with calm_collector():
        thing = Thing()
        thing.itself = thing
        gone = weakref.ref(thing)
        del thing
        kept = [Thing() for _ in range(6_000)]
        assert gone() is None
    assert kept


def test_circle_that_lived_for_a_while_is_collected_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "LONGEST_WALK_SECONDS", 60.0)
    with calm_collector():
        thing = Thing()
        thing.itself = thing
        kept = [Thing() for _ in range(20_000)]
        gone = weakref.ref(thing)
        del thing
        kept += [Thing() for _ in range(60_000)]
        assert gone() is None
    assert kept


def test_what_lives_on_is_walked_a_few_times_and_never_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "LONGEST_WALK_SECONDS", 0.0)
    walks = Walks()
    with calm_collector():
        gc.callbacks.append(walks)
        kept = [Thing() for _ in range(200_000)]
        gc.callbacks.remove(walks)
    assert len(walks.lengths) > 30
    assert max(walks.lengths) < 20_000
    assert kept


def test_what_is_frozen_goes_when_nobody_refers_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "LONGEST_WALK_SECONDS", 0.0)
    with calm_collector():
        thing = Thing()
        gone = weakref.ref(thing)
        gc.collect()
        assert gc.get_freeze_count() > 0
        del thing
        assert gone() is None


def test_short_walk_freezes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "LONGEST_WALK_SECONDS", 60.0)
    with calm_collector():
        before = gc.get_freeze_count()
        kept = [Thing() for _ in range(10)]
        gc.collect()
        assert gc.get_freeze_count() <= before
    assert kept


def test_at_the_end_all_is_as_it_was() -> None:
    before = gc.get_threshold(), list(gc.callbacks), gc.get_freeze_count()
    with calm_collector():
        assert gc.get_threshold() != before[0]
    assert (gc.get_threshold(), gc.callbacks, gc.get_freeze_count()) == before
