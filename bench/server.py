"""One server process on a core of its own, and what the kernel says of it."""

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

SERVER_CORE, LOAD_CORE = 0, 1
PR_SET_PDEATHSIG = 1


class ServerFailed(Exception):
    """The server did not start, or does not come to rest; the message says why."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_its_own_core():
    """Runs in the new process: pins it, and ties its life to the benchmark's, even where that is killed."""
    os.sched_setaffinity(0, {SERVER_CORE})
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """Starts `command` with the port appended, pinned to SERVER_CORE, and waits until it accepts."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path):
        self.command, self.environment, self.log = command, environment, log
        self.port = free_port()
        self.process = None

    async def __aenter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 (nothing else runs yet)
                [*self.command, str(self.port)],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                preexec_fn=on_its_own_core,
            )
        try:
            await self.accepting()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def accepting(self, seconds: float = 30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise ServerFailed(f"{' '.join(self.command)} does not accept connections: {self.last_words()}")

    async def __aexit__(self, *exception):
        self.process.send_signal(signal.SIGTERM)
        for _ in range(40):
            if self.process.poll() is not None:
                return
            await asyncio.sleep(0.05)
        self.process.kill()
        self.process.wait()

    def last_words(self) -> str:
        """The last line that it wrote, which is where a traceback names its error."""
        return self.log.read_text(errors="replace").strip().rpartition("\n")[2]

    def cpu(self) -> float:
        """Seconds of CPU, user and system, of all threads so far.

        The process' own clock (clock_getcpuclockid(3)) counts nanoseconds where /proc/PID/stat counts 10 ms ticks.
        """
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def memory(self) -> int:
        """Resident bytes. (`smaps_rollup` is exact; `statm` lags behind by a few hundred kilobytes.)"""
        for line in Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                return int(line.split()[1]) * 1024
        raise ServerFailed("no resident size")

    async def quiet(self, seconds: float = 240):
        """Waits until the process has next to nothing left to do (under 5 % of its core)."""
        deadline, before = time.monotonic() + seconds, self.cpu()
        while time.monotonic() < deadline:
            started = time.monotonic()
            await asyncio.sleep(0.05)
            now = self.cpu()
            if now - before < 0.05 * (time.monotonic() - started):
                return
            before = now
        raise ServerFailed(f"still busy after {seconds} s")
