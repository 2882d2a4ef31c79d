"""What a link asks of the Socket.IO side of it."""

from typing import Protocol

from engine.endings import Ending


class Client(Protocol):
    """Who gets what the client of a link sends."""

    @property
    def asked(self) -> bool:
        """Whether the server waits for an answer of it."""
        ...

    @property
    def accepted(self) -> bool:
        """Whether a namespace has accepted it."""
        ...

    def opened(self) -> bool:
        """The link is open. Returns whether it is the server that goes on, and not the client."""
        ...

    def receive(self, text: str) -> None:
        """Take the text part of a packet. Raises InvalidPacket."""
        ...

    def receive_event(self, text: bytes) -> bool:
        """Take a packet, the Engine.IO type in front included, if it is a short event. Returns whether it was one."""
        ...

    def receive_attachment(self, data: bytes) -> None:
        """Take an attachment of the packet before it. Raises InvalidPacket."""
        ...

    def look_after_tokens(self) -> float:
        """Warn or close those whose token runs out; returns in how many seconds to look again."""
        ...

    def pinged(self) -> None:
        """The client is asked whether it is there."""
        ...

    def say_closing(self, ending: Ending, message: str) -> None:
        """Tell every socket why the link will end."""
        ...

    def end(self, ending: Ending) -> None:
        """The link has ended: end every socket with it."""
        ...
