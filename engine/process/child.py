"""One of several processes on one port, as it sees itself; supervisor.py starts them."""

import asyncio
import json
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.http.handing_over import Receiver
from engine.http.server import Server
from engine.transport.engine_io import EngineIO
from engine.transport.siblings import Siblings

VARIABLE = "PROCESS_OF_SUPERVISOR"
READY = b"1"


class Given(NamedTuple):
    """What the supervisor gives a child: numbers of descriptors, which it inherits, and its place among the others."""

    number: int
    listening: Sequence[int]
    lifeline: int
    folder: str

    def environment(self) -> dict[str, str]:
        """The same as a variable."""
        return {VARIABLE: json.dumps(self)}


class Child:
    """Serves on sockets that it was given, beside its siblings, until the other end of its lifeline is closed.

    That also ends it where the supervisor is killed.
    """

    def __init__(self, given: Given):
        self.number, self.folder = given.number, Path(given.folder)
        self.listening = [socket.socket(fileno=each) for each in given.listening]
        self.lifeline = socket.socket(fileno=given.lifeline)
        for each in (*self.listening, self.lifeline):
            each.set_inheritable(False)
            each.setblocking(False)
        self.receiver: Receiver | None = None
        self.ended = asyncio.Event()

    def open(self, server: Server, eio: EngineIO) -> None:
        """Take connections, from clients and from siblings, and have the supervisor know."""
        siblings = Siblings(self.number, self.folder)
        eio.join(siblings)
        self.receiver = Receiver(siblings.path(self.number), server.take)
        server.add_sockets(self.listening)
        with suppress(OSError):  # of a supervisor that is gone
            self.lifeline.send(READY)
        asyncio.get_running_loop().add_reader(self.lifeline.fileno(), self._answer)

    def _answer(self) -> None:
        """Give back what the supervisor sends: it asks whether this loop still turns."""
        try:
            if asked := self.lifeline.recv(1):
                self.lifeline.send(asked)
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        asyncio.get_running_loop().remove_reader(self.lifeline.fileno())
        self.ended.set()

    async def over(self) -> None:
        """Return when the supervisor says so by the end of the lifeline, or is gone."""
        await self.ended.wait()

    def close(self) -> None:
        """Take nothing more from siblings. Nobody else cleans up after a supervisor that was killed."""
        if self.receiver:
            self.receiver.close()
        with suppress(OSError):
            if self.ended.is_set():
                self.folder.rmdir()


def child() -> Child | None:
    """This process as a child, if a supervisor has started it; those that it starts itself are none."""
    given = os.environ.pop(VARIABLE, None)
    return Child(Given(*json.loads(given))) if given else None
