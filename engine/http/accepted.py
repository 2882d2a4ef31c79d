"""A connection that was accepted."""

from collections.abc import Callable
from socket import socket


class Accepted(socket):
    """Takes the place of a socket, and calls `ended()` once it is closed, by whoever it belongs to by then."""

    __slots__ = ("ended",)

    def __init__(self, connection: socket, ended: Callable[[], None]):
        super().__init__(connection.family, connection.type, connection.proto, connection.detach())
        self.ended = ended

    def close(self) -> None:
        """As a socket's."""
        was_open = self.fileno() != -1
        super().close()
        if was_open and self.fileno() == -1:
            self.ended()

    def detach(self) -> int:
        """As a socket's: called by uvloop, which closes the descriptor itself."""
        was_open, descriptor = self.fileno() != -1, super().detach()
        if was_open:
            self.ended()
        return descriptor
