"""A second node of an app in the same process, which hears of the first through Redis."""

from functools import partial

import pytest
from tornado.netutil import bind_sockets

from engine.backplane.redis import link as links
from engine.process import drain, make_server


class Beside:
    """An app that is served beside the first one. `node` is its realtime side, `url` where it listens."""

    def __init__(self, app):
        self.app, self.node, self.server = app, app.settings["node"], make_server(app)
        listening = bind_sockets(0, "127.0.0.1")
        self.server.add_sockets(listening)
        self.url = f"http://127.0.0.1:{listening[0].getsockname()[1]}"


class Frozen:
    """Stops what a node hears from Redis, as if its process were stopped, until it is thawed."""

    def __init__(self, node):
        self.connection = node.backplane.bus.link._connection
        self.connection._transport.pause_reading()

    def thaw(self):
        self.connection._transport.resume_reading()


@pytest.fixture
def quick(monkeypatch):
    """A connection that is silent is given up after a tenth of the time."""
    monkeypatch.setattr(links, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(links, "DEAF_TICKS", 20)


@pytest.fixture
def serve_beside(io_loop, io):
    """`serve_beside(make)` serves the app that `make()` returns beside the first, until the test ends."""
    served = []

    def serve_beside(make) -> Beside:
        with io.beside():
            served.append(Beside(make()))
        io_loop.run_sync(served[-1].node.start)
        return served[-1]

    yield serve_beside
    for each in served:
        io_loop.run_sync(partial(drain, each.app, each.server, 0))
