"""`server.py` as a process of its own, from the side of the test."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.testing.processes import ROOT, bare_environment

START_SECONDS = 120


class ServerProcess:
    """A server on a `port`. What it writes goes to a file, so that it never waits for a reader: `said`.

    `inside` stands before its command; see network.Machine.
    """

    program = "engine.tests.transport.server"

    def __init__(self, folder: Path, *arguments: str, inside: Sequence[str] = (), **environment: str):
        self.log = folder / "log"
        needed = {
            "PYTHONPATH": str(ROOT),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*inside, sys.executable, "-m", self.program, *arguments],
                cwd=folder,
                env={**bare_environment(), **needed, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    async def says(self, pattern: str, seconds: float = START_SECONDS) -> re.Match:
        """Wait until the log has it."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := re.search(pattern, self.said)):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"It never said {pattern!r}:\n{self.said}") from None
        return found

    async def listens(self) -> "ServerProcess":
        self.port = int((await self.says(r"port (\d+)"))[1])
        return self

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self, seconds: float = 60) -> int:
        """Wait for its end; returns the exit code."""
        try:
            return await asyncio.to_thread(self.process.wait, seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"It did not end:\n{self.said}") from None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def serve(tmp_path):
    """`server = await serve(REDIS_URL=redis.url)` is transport/server.py as a process, with these settings.

    `kind` is another class for another program. Each has a folder of its own; those that still run are killed at the
    end of the test.
    """
    started = []

    async def serve(*arguments: str, kind: type[ServerProcess] = ServerProcess, **options) -> ServerProcess:
        folder = tmp_path / f"server{len(started)}"
        folder.mkdir()
        started.append(kind(folder, *arguments, **options))
        return await started[-1].listens()

    yield serve
    for each in started:
        each.kill()


async def played(program: str, *arguments) -> int:
    """Have a program of this folder play clients; returns the number that it prints."""
    command = [sys.executable, "-m", f"engine.tests.transport.{program}", *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await process.communicate()
        return int(said)
    finally:
        if process.returncode is None:
            process.kill()
