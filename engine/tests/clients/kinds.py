"""Which clients the tests run: the oldest, some in the middle and the latest of each generation."""

from typing import NamedTuple

import pytest

LIBRARIES = (
    "socket.io-client",
    "socket.io-client-4.0",
    "socket.io-client-3.1",
    "socket.io-client-2.5",
    "socket.io-client-2.3",
    "socket.io-client-2.0",
    "python-socketio",
)
UPGRADE = ("polling", "websocket")
CARRIERS = (UPGRADE, ("websocket",), ("polling",))
QUICK = {("socket.io-client", UPGRADE), ("socket.io-client-2.3", UPGRADE)}


class Kind(NamedTuple):
    """A client, and the transports that it may use."""

    library: str
    transports: tuple[str, ...]

    @property
    def is_older(self) -> bool:
        """Whether it speaks Engine.IO 3 and Socket.IO 2, which know no auth payload."""
        return self.library.startswith("socket.io-client-2")

    @property
    def is_quick(self) -> bool:
        """Whether its tests are not slow: one of each generation, over both transports with the upgrade between."""
        return self in QUICK

    def __str__(self) -> str:
        return f"{self.library}:{'+'.join(self.transports)}"


KINDS = [Kind(library, transports) for library in LIBRARIES for transports in CARRIERS]


def marked(kind: Kind):
    """The kind as a parameter of tests, which `make test` leaves out unless it is quick."""
    return pytest.param(kind, id=str(kind), marks=[] if kind.is_quick else [pytest.mark.slow])


in_javascript = pytest.mark.parametrize("kind", [marked(kind) for kind in KINDS if kind.library != "python-socketio"])
"""For what python-socketio's client does in a way of its own."""
