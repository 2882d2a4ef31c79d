"""The stock client's place in what is sent, kept as socket.io-client keeps it, over a network in memory."""

import json
from functools import partial

from engine.tests.virtual import Peer
from engine.transport.handshake import Handshake
from engine.transport.upgrade import carry

NOT_YET = "no position"


class Stock:
    """One client that comes back again and again. It has got what it has read, byte by byte; the rest may be lost.

    `news` are the numbers of the events that it got since it began anew, of which one that came twice, as it may after
    a cut between an event and its marker, counts once. `recovered` is what the client says of it.
    """

    def __init__(self, eio, token: str):
        self.eio, self.token = eio, token
        self.pid = self.offset = self.id = self.peer = None
        self.at = self.known = 0
        self.news: list[int] = []
        self.recovered = self.connected = self.may_double = False
        self.unmarked: object = None
        """The last argument of an event whose marker has not come yet, or NOT_YET while none has come at all."""

    @property
    def has_position(self) -> bool:
        """Whether it says how far it is when it comes back, by what was not the end of an event."""
        return self.pid is not None and not isinstance(self.unmarked, str)

    def come(self):
        """Open a WebSocket, and CONNECT."""
        self.at, self.connected, self.may_double = 0, False, self.unmarked is not None
        self.known = len(self.news)
        self.peer = Peer(self.eio, partial(carry, self.eio, Handshake("127.0.0.1")))
        said = {"token": self.token} | ({"pid": self.pid, "offset": self.offset} if self.pid else {})
        self.peer.send(f"40{json.dumps(said)}")

    def cut(self, tells_server: bool):
        """What it has not read is lost."""
        if tells_server:
            self.peer.reset()
        self.peer, self.connected = None, False

    def read(self, size: int | None = None):
        """Read so many bytes more, or all there are; half of a frame is nothing."""
        received = self.peer.network.received
        end = len(received) if size is None else min(len(received), self.at + size)
        while (frame := frame_at(received, self.at)) and frame[1] <= end:
            self.at = frame[1]
            self.take(received[frame[0] : frame[1]])

    def take(self, packet: bytes):
        if packet == b"2":
            self.peer.send("3")
        elif packet.startswith(b"40"):
            self.answered(json.loads(packet[2:]))
        elif packet.startswith(b"42"):
            self.event(*json.loads(packet[2:]))

    def answered(self, answer: dict):
        self.recovered, self.connected = self.pid == answer["pid"], True
        if not self.recovered:
            assert len(self.news) == self.known, "it was not recovered, and got something all the same"
            assert self.pid is None or isinstance(self.unmarked, str), "it had a position, and was not recovered"
            self.news, self.unmarked = [], NOT_YET
        self.pid, self.id, self.may_double = answer["pid"], answer["sid"], False

    def event(self, name: str, *arguments):
        if name == "news":
            number = int(arguments[0])
            if not (self.may_double and self.news and self.news[-1] == number):
                self.news.append(number)
            self.may_double = False
            self.unmarked = arguments[-1]
        elif name == "~":
            self.unmarked = None
        if self.pid and isinstance(arguments[-1], str):
            self.offset = arguments[-1]


def frame_at(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the server's frame begins and ends, None unless all of it is there."""
    if len(data) < at + 2:
        return None
    size, start = data[at + 1], at + 2
    if size == 126:
        size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
    return (start, start + size) if len(data) >= start + size else None
