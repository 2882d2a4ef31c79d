"""What tests change of `io`, and what is undone after each."""

import pytest


@pytest.fixture(autouse=True)
def fine_timer(monkeypatch):
    """The engine's timer is up to 0.1 s late, so that it costs thousands of sockets little: here up to 0.01 s."""
    monkeypatch.setattr("engine.loop.wheel.TICK_SECONDS", 0.005)


@pytest.fixture(autouse=True)
def own_events(io):
    """A test may register events with `@io.on`; they are gone after it."""
    before = dict(io.events)
    yield
    io.events.clear()
    io.events.update(before)


@pytest.fixture
def limits(app, io):
    """`limits(hook_seconds=0.1)` changes bounds for those who connect after it."""

    def limits(**changes):
        for name, bound in changes.items():
            setattr(io.node.services.limits, name, bound)

    return limits
