"""The small app as several processes on one port."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.testing.processes import eventually, lives
from engine.tests.transport.server_process import ServerProcess

START_SECONDS = 240
"""Four processes have to start, perhaps on a machine that has a lot to do besides."""


class Several(ServerProcess):
    """Processes with the numbers from 1 on, and their supervisor."""

    def __init__(self, folder: Path, count: int, redis_url: str, **environment: str):
        self.count = count
        prefix = secrets.token_hex(4)
        settings = {"PROCESSES": str(count), "REDIS_URL": redis_url, "REDIS_PREFIX": prefix, "WAIT_SECONDS": "600"}
        super().__init__(folder, **settings, **environment)

    def serve(self) -> "Several":
        """Wait until all of them do."""
        self.has(lambda: len(self.pids) == self.count)
        self.port = int(re.search(r"port (\d+)", self.said)[1])
        return self

    def has(self, condition) -> None:
        """Wait for what comes true within the time of a start."""
        assert eventually(condition, START_SECONDS), self.said

    @property
    def pids(self) -> dict[int, int]:
        """The pid of each process by its number, as the supervisor has told it last."""
        found = re.findall(r"Process (\d+) serves, with the pid (\d+)", self.said)
        return {int(number): int(pid) for number, pid in found}

    @property
    def alive(self) -> list[int]:
        """The numbers of those that are there."""
        return [number for number, pid in self.pids.items() if lives(pid)]


@contextmanager
def several(*given, **environment: str) -> Iterator[Several]:
    """As Several, which all end with the context."""
    server = Several(*given, **environment)
    try:
        yield server.serve()
    finally:
        server.kill()
        assert eventually(lambda: not server.alive, START_SECONDS), "They outlive their supervisor."
