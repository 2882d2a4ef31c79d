"""A MongoDB for tests of what happens while it is away."""

import os
import signal
from contextlib import ExitStack

import pytest

from engine.mongo import mongod


class Stoppable:
    """A MongoDB that stops and starts again as the test likes."""

    def __init__(self, folder):
        self.folder, self.running = folder, ExitStack()

    def start(self) -> str:
        """Start it and return its URL."""
        return self.running.enter_context(mongod.running(self.folder))

    def stop(self):
        self.running.close()

    def freeze(self):
        """Neither answers nor hangs up, as one whose network is gone."""
        os.kill(self._pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self._pid, signal.SIGCONT)

    @property
    def _pid(self) -> int:
        return int((self.folder / "data" / "mongod.lock").read_text())


@pytest.fixture
def mongodb(tmp_path):
    """`mongodb.start()` returns the URL of one of the test's own, for its `db`; `stop`, `freeze` and `thaw` it then."""
    mongodb = Stoppable(tmp_path / "mongo")
    yield mongodb
    mongodb.stop()
