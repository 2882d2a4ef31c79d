"""One of several processes on one port, as its supervisor sees it."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from engine.process.child import Given
from engine.process.watch import Watch


def command() -> list[str]:
    """How this program was started, without the tornado.autoreload around it."""
    main = sys.modules["__main__"]
    program = ["-m", main.__spec__.name] if main.__spec__ else [str(main.__file__)]
    return [sys.executable, *program, *sys.argv[1:]]


class Worker:
    """A process that is started again and again, with the same number and on the same sockets.

    `changed(worker)` is called when it begins to serve, and when it no longer does: it has ended, or does not answer.
    """

    def __init__(
        self,
        number: int,
        listening: Sequence[socket.socket],
        folder: Path,
        changed: Callable[["Worker"], None],
    ):
        self.number, self.listening, self.folder, self.changed = number, listening, folder, changed
        self.process: Process | None = None
        self.lifeline: socket.socket | None = None
        self.serves = False

    async def run(self, environment: dict[str, str]) -> int:
        """Start it and wait for its end; returns its exit code, which is -N if the signal N has killed it."""
        self.lifeline, theirs = socket.socketpair()
        self.lifeline.setblocking(False)
        with self.lifeline:
            with theirs:
                self.process = await self._started(theirs, environment)
            await Watch(self.lifeline, self._become).keep()
            code = await self.process.wait()
        self.process = self.lifeline = None
        self._become(False)
        return code

    async def _started(self, lifeline: socket.socket, environment: dict[str, str]) -> Process:
        listening = [each.fileno() for each in self.listening]
        given = Given(self.number, listening, lifeline.fileno(), str(self.folder))
        return await asyncio.create_subprocess_exec(
            *command(),
            env={**os.environ, **environment, **given.environment()},
            pass_fds=[*listening, lifeline.fileno()],
            stdin=DEVNULL,
            # Ctrl-C reaches the supervisor alone, which has all of them end.
            start_new_session=True,
        )

    def _become(self, serves: bool) -> None:
        if serves is not self.serves:
            self.serves = serves
            self.changed(self)

    @property
    def pid(self) -> int:
        """The id of the process that it is now, 0 if there is none."""
        return self.process.pid if self.process else 0

    def end(self) -> None:
        """Have it drain and end, and close its port; if it has not begun to serve, it has nothing to drain."""
        for each in self.listening:
            each.close()
        if self.lifeline:
            self.lifeline.shutdown(socket.SHUT_WR)
        if not self.serves:
            self.send(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.process:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, and return when it is gone: for a process that is about to be another itself."""
        if self.process:
            self.send(signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self.process.pid, 0)
