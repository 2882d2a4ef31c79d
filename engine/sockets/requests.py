"""Questions to clients: an event whose ack is awaited."""

import asyncio

from engine.errors import NotConnected
from engine.names import check_event
from engine.wire.packet import encode_event


class Question:
    """One event sent to some sockets; the first answer counts."""

    def __init__(self, event: str, payload):
        self.event, self.payload = event, payload
        self.answer = asyncio.get_running_loop().create_future()
        self.asked: dict = {}

    async def ask(self, sockets, timeout: float):
        """Send it and wait. Returns None, the ack's one argument, or the list of several.

        Raises NotConnected if there is nobody, or nobody any more, TimeoutError after `timeout` seconds, and what
        `encode_event` raises, whether or not somebody is there.
        """
        sockets = tuple(sockets)
        if not sockets:
            encode_event(check_event(self.event), self.payload)
            raise NotConnected("Nobody is connected who could answer.")
        try:
            for socket in sockets:
                self.asked[socket] = socket.ask(self.event, self.payload, self)
            async with asyncio.timeout(timeout):
                return await self.answer
        except TimeoutError:
            raise TimeoutError(f"No answer to {self.event!r} within {timeout:g} s.") from None
        finally:
            for socket, ack_id in self.asked.items():
                socket.acks.pop(ack_id, None)

    def __call__(self, *arguments) -> None:
        """Take an answer."""
        if not self.answer.done():
            self.answer.set_result(arguments[0] if len(arguments) == 1 else list(arguments) or None)

    def lost(self, socket) -> None:
        """A socket that was asked is gone."""
        self.asked.pop(socket, None)
        if not self.asked and not self.answer.done():
            self.answer.set_exception(NotConnected("The last socket that was asked left before it answered."))
