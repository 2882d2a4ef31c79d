"""What clients should receive, byte for byte: a lost, doubled, changed or reordered message voids the figure."""

import asyncio

from bench.socketio_client import SocketIOClient
from engine.testing.websocket_client import client_frame

PATIENCE = 60  # seconds until a missing message is a lost one


class Voided(Exception):
    """The figure doesn't count; the message says why."""


class Expectation:
    """A byte stream that every client of a group should receive."""

    def __init__(self, clients: list[SocketIOClient]):
        self.clients = clients
        self.stream = b""
        self.left = 0
        self.done = None
        self.fault = None

    def __enter__(self):
        for client in self.clients:
            client.watch, client.position = self, 0
        return self

    def __exit__(self, *exception):
        for client in self.clients:
            client.watch = None

    def fail(self, reason: str):
        self.fault = self.fault or reason
        if self.done and not self.done.done():
            self.done.set_result(None)

    async def finish(self, seconds: float = PATIENCE):
        """Waits until every client has the whole stream; Voided if one doesn't get it or gets anything else."""
        self.left = sum(client.position != len(self.stream) for client in self.clients)
        self.done = asyncio.get_running_loop().create_future()
        if self.left and not self.fault:
            await asyncio.wait([self.done], timeout=seconds)
        missing = sum(client.position != len(self.stream) for client in self.clients)
        if self.fault or missing:
            raise Voided(self.fault or f"{missing} of {len(self.clients)} clients miss messages after {seconds} s")


class Broadcast(Expectation):
    """All clients receive the same events."""

    def expect(self, frames: list[bytes]):
        """More events to come; `finish` before and after."""
        self.stream += b"".join(frames)

    def advanced(self, client: SocketIOClient):
        if client.position == len(self.stream):
            self.left -= 1
            if not self.left:
                self.done.set_result(None)


class Exchange(Expectation):
    """Each client sends its next message once it has received one; all answers have one length."""

    def __init__(self, clients: list[SocketIOClient], answers: list[bytes]):
        super().__init__(clients)
        self.stream, self.step = b"".join(answers), len(answers[0])
        self.outgoing = {}

    def start(self, messages: dict[SocketIOClient, list[bytes]]):
        """Sends the first of each client's messages (texts, unframed)."""
        self.outgoing = {client: iter([client_frame(text) for text in texts]) for client, texts in messages.items()}
        for client in self.outgoing:
            self.send_next(client)

    def send_next(self, client: SocketIOClient):
        client.sent += 1
        client.transport.write(next(self.outgoing[client]))

    def __enter__(self):
        for client in self.clients:
            client.sent = 0
        return super().__enter__()

    def advanced(self, client: SocketIOClient):
        due = min(client.position, len(self.stream) - self.step) // self.step
        while client.sent <= due:
            self.send_next(client)
        if client.position == len(self.stream):
            self.left -= 1
            if not self.left:
                self.done.set_result(None)
