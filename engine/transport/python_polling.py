"""HTTP long-polling as python-socketio's clients (5.x) take it."""

from typing import ClassVar

from engine.transport.polling import Polling
from engine.wire.message import Message

MOST_PACKETS = 16
"""Of more in one payload they make an error, and lose them."""


class PythonPolling(Polling):
    """A client that gets few packets at a time, and no close packet, after which it would stay away for good.

    It comes back after the error that its next poll gets.
    """

    __slots__ = ()

    farewell: ClassVar[tuple[Message, ...]] = ()

    def fetch(self) -> list[Message]:
        """Take as much of what is queued as it takes at once."""
        packets = number = 0
        for number, message in enumerate(self.queue, 1):
            packets += 1 + len(message.attachments) + bool(message.marker)
            if packets > MOST_PACKETS and number > 1:
                break
        else:
            return super().fetch()
        messages, self.queue = self.queue[: number - 1], self.queue[number - 1 :]
        self.size -= sum(message.size for message in messages)
        return messages
