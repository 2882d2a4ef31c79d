"""What can go wrong between a client and the server, each with a name of its own."""

from typing import Any


class EventError(Exception):
    """Raise it in an event handler to tell the client what it did wrong.

    The client's ack gets `{"error": {"name": name, "message": message, "details": details}}`. Nothing is logged.
    """

    def __init__(self, name: str, message: str, details: dict[str, Any] | None = None):
        super().__init__(message)
        self.name, self.message, self.details = name, message, details

    def public(self) -> dict[str, Any]:
        """The error as the client sees it: `{"name", "message"}`, and `"details"` where there are any."""
        error: dict[str, Any] = {"name": self.name, "message": self.message}
        return error | {"details": self.details} if self.details else error


class NotConnected(Exception):
    """Nobody is there to answer: the user has no socket, or the last one left before it answered."""


class Refused(Exception):
    """Raised by `authenticate` and during the handshake: the client is told why by a CONNECT_ERROR packet."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


class Rejected(Exception):
    """A `connect` handler of `io.server` has said no; `answer` is what the CONNECT_ERROR packet says."""

    def __init__(self, answer: dict[str, Any]):
        super().__init__(answer)
        self.answer = answer


class Unavailable(Exception):
    """Raised by `authenticate` when it cannot tell now; the client should try again, so it is not refused."""


class Forgotten(Exception):
    """Raised by `ended` of an app that was not asked for so long that it no longer knows what has ended since."""


class TooLarge(Exception):
    """A client sent a message over the limit; its connection is closed."""


class InvalidPacket(Exception):
    """A client broke the Engine.IO or Socket.IO protocol; its connection is closed."""
