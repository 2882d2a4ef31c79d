"""Accepting connections, as long as there is room for them and the system has what they need."""

import asyncio
import errno
import logging
from collections.abc import Callable
from enum import Enum
from socket import socket
from typing import Any

from tornado.ioloop import IOLoop

from engine.http.accepted import Accepted
from engine.http.capacity import Capacity

AT_ONCE = 128
"""How many are accepted before others have their turn."""
RETRY_SECONDS = 0.5
CALM_SECONDS = 5.0
"""How long nothing has to be short before the log tells so."""
SHORTAGES = errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM
log = logging.getLogger("app")


class Door(Enum):
    """Whether connections are accepted; while they are not, they wait in the queue of the kernel."""

    OPEN = 1
    FULL = 2
    """There is no room: until one ends."""
    SHORT = 3
    """The process or the system is out of descriptors or memory: for a moment."""


class Listening:
    """Accepts on each socket that listens, and calls `accepted(connection, address, has_room)`."""

    def __init__(self, capacity: Capacity, accepted: Callable[[Accepted, Any, bool], None]):
        self.capacity, self.accepted = capacity, accepted
        self.loop, self.door = IOLoop.current(), Door.OPEN
        self.sockets: list[socket] = []
        self.short_at: float | None = None
        """When something was short last, by the loop's time; None if that is long ago."""
        capacity.freed = self.one_has_left

    def add(self, listening: socket) -> None:
        """Accept on one more."""
        self.sockets.append(listening)
        if self.door is Door.OPEN:
            self.loop.add_handler(listening, self.accept, IOLoop.READ)

    def close(self) -> None:
        """Accept no more, on any."""
        sockets, self.sockets = self.sockets, []
        for each in sockets:
            self.loop.remove_handler(each)
            each.close()

    def accept(self, listening: socket, events: int) -> None:
        """Accept those who wait: called by the loop."""
        for _ in range(AT_ONCE):
            if self.capacity.exhausted:
                self.shut(Door.FULL)
                return
            try:
                connection, address = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in SHORTAGES:
                    self.run_short(error)
                    return
                # Whatever else there is concerns the one who came, who is gone again (accept(2)).
                continue
            self.accepted(Accepted(connection, self.capacity.free), address, self.capacity.take())

    def shut(self, door: Door) -> None:
        """Let those who come wait."""
        self.door = door
        for each in self.sockets:
            self.loop.remove_handler(each)

    def open(self) -> None:
        """Accept again."""
        self.door = Door.OPEN
        for each in self.sockets:
            self.loop.add_handler(each, self.accept, IOLoop.READ)

    def one_has_left(self) -> None:
        """Accept again if that makes room: called when a connection ends."""
        if self.door is Door.FULL and not self.capacity.exhausted:
            self.open()

    def run_short(self, error: OSError) -> None:
        """Wait a moment: other files may be closed, or other processes end."""
        if self.short_at is None:
            log.error("No connection can be accepted: %s. Whoever comes has to wait", error.strerror)
        self.short_at = self.loop.time()
        self.shut(Door.SHORT)
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self.retry)

    def retry(self) -> None:
        """Try again, and see later whether it went well."""
        self.open()
        asyncio.get_running_loop().call_later(CALM_SECONDS, self.calm_down)

    def calm_down(self) -> None:
        """Tell that all is well, if it is."""
        if self.short_at is not None and self.loop.time() - self.short_at > CALM_SECONDS:
            self.short_at = None
            log.warning("Connections can be accepted again")
