"""A link without a network: its transport, the socket under that, and the Socket.IO side do as a test says."""

import asyncio
import math

from engine.tests.virtual import STANDING


class Bare:
    """The socket: the kernel takes all, or, once it is `stuck`, nothing."""

    def __init__(self):
        self.stuck, self.sent = False, 0

    def fileno(self) -> int:
        return STANDING[0].fileno()

    def send(self, data: bytes) -> int:
        if self.stuck:
            raise BlockingIOError
        self.sent += len(data)
        return len(data)


class Transport:
    """As the loop's: `lost` once it has said so to its protocol. Nothing comes while reading is paused."""

    def __init__(self, protocol):
        self.protocol, self.bare = protocol, protocol.bare
        self.size, self.high = 0, 0
        self.reading = self.open = True
        self.behind = self.lost = False
        protocol.connection_made(self)

    def set_write_buffer_limits(self, high: int) -> None:
        self.high = high

    def get_write_buffer_size(self) -> int:
        return self.size

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self.bare.sent += len(data)
        if self.size > self.high and not self.behind:
            self.behind = True
            self.protocol.pause_writing()

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.lost
        self.reading = True

    def write_eof(self) -> None:
        pass

    def close(self) -> None:
        self.open = False
        if not self.size:
            self.abort()

    def abort(self) -> None:
        self.open = False
        asyncio.get_running_loop().call_soon(self.lose)

    # What the network does.

    def lose(self) -> None:
        if not self.lost:
            self.open, self.lost = False, True
            self.protocol.connection_lost(None)

    def deliver(self, data: bytes) -> None:
        if self.reading and self.open:
            self.protocol.data_received(data)

    def end_of_file(self) -> None:
        if self.reading and self.open and not self.protocol.eof_received():
            self.close()

    def drain(self) -> None:
        self.size, self.bare.stuck = 0, False
        if self.behind and not self.lost:
            self.behind = False
            self.protocol.resume_writing()
        if not self.open:
            self.abort()


class Client:
    """The Socket.IO side of a link: remembers what it has heard."""

    asked = False

    def __init__(self, link):
        self.link, self.received, self.ended = link, [], []

    def opened(self) -> None:
        pass

    def receive(self, text: str) -> None:
        assert not self.ended
        self.received.append(text)

    def receive_event(self, text: bytes) -> bool:
        return False

    def receive_attachment(self, data: bytes) -> None:
        assert not self.ended
        self.received.append(data)

    def pinged(self):
        pass

    def look_after_tokens(self) -> float:
        return math.inf

    def say_closing(self, ending, message: str) -> None:
        assert not self.ended

    def end(self, ending) -> None:
        self.ended.append(ending)
