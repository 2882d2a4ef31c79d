"""A link to a Redis of the test's own, which notes what it hears and how it stands."""

import logging

import pytest

from engine.backplane.redis import link as links
from engine.backplane.redis.address import parse


class Noting(links.Link):
    """Keeps what it hears in `heard`, and which states it was in."""

    def __init__(self, url: str):
        self.heard, self.states = [], []
        super().__init__(parse(url), lambda *message: self.heard.append(message), self.note)

    def note(self, before):
        self.states.append(self.state)


@pytest.fixture
def open_link(io_loop):
    """`link = await open_link(url)` has tried to connect; it ends with the test."""
    opened = []

    async def open_link(url: str) -> Noting:
        opened.append(Noting(url))
        await opened[-1].start()
        return opened[-1]

    yield open_link
    for link in opened:
        io_loop.run_sync(link.close)


@pytest.fixture
def listen():
    """`await listen(link, b"tea")` returns once the link hears what is published there."""

    async def listen(link, *channels):
        for channel in channels:
            link.want(channel)
        await link.subscriptions.confirmed(channels)

    return listen


@pytest.fixture
def told(caplog):
    """`told(logging.ERROR)` are the lines that the engine has logged at that level or above."""
    caplog.set_level(logging.INFO)

    def told(level: int = logging.INFO) -> list[str]:
        records = [record for record in caplog.records if record.name == "realtime" and record.levelno >= level]
        return [record.getMessage() for record in records]

    return told
