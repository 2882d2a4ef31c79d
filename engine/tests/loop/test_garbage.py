"""What is garbage is freed, and looking for it takes no time in which clients wait."""

import gc
import weakref

import pytest

from engine.loop import garbage
from engine.loop.garbage import Garbage


class Knot:
    """Garbage that only the collector frees."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def looks(monkeypatch):
    """`looks()`: a look each, by links that open. What is frozen thaws after the test."""
    monkeypatch.setattr(garbage, "LINKS_A_LOOK", 1)
    monkeypatch.setattr(garbage, "SPARE_OBJECTS", 1000)
    gc.unfreeze()
    yield Garbage().look
    gc.unfreeze()


def test_what_is_new_and_garbage_is_freed(looks):
    knot = weakref.ref(Knot())
    looks()
    assert knot() is None


def test_what_was_looked_at_is_left_alone(looks):
    kept = [[] for _ in range(1000)]
    looks()
    assert gc.get_freeze_count() >= len(kept)


@pytest.mark.slow
def test_garbage_among_what_was_left_alone_is_freed_once_there_is_much_of_it(looks):
    looks()
    freed, born = 0, 0

    def count(_):
        nonlocal freed
        freed += 1

    references = []
    while not freed:
        knots = [Knot() for _ in range(10_000)]
        references += [weakref.ref(knot, count) for knot in knots]
        born += len(knots)
        looks()
        del knots
        assert born < 5_000_000
    assert freed > born / 2
