"""A server with a thousand clients in one room, in memory."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from io import BytesIO
from time import thread_time
from types import ModuleType

from pydantic import BaseModel
from tornado.httpserver import HTTPServer

from bench.expectations import Voided
from bench.micro.memory import connect
from engine.testing.websocket_client import client_frame

ROOM, AUDIENCE = "news", 1000
PATIENCE = 1000  # turns of the loop
MICROSECONDS = 1e6


class Said(BaseModel):
    to: str
    text: str


class Stage:
    """`clients` are the engine's ends of the connections, `written` is what has left through all of them.

    `marker_bytes` are those that follow each event. The user of the first client is "0", of the next one "1".
    """

    def __init__(self, adapter: ModuleType):
        app, self.io = adapter.attached(self.connection)
        marks = getattr(adapter, "marker_bytes", None)  # an older engine has none
        self.marker_bytes: int = marks(self.io) if marks else 0
        self.server, self.written = HTTPServer(app), BytesIO()
        self.clients: list[asyncio.Protocol] = []
        self.io.on("echo")(self.echo)
        self.io.on("form", form=Said)(self.form)
        self.io.on("say", form=Said)(self.say)

    async def connection(self, socket, user):
        await socket.join(ROOM)
        await socket.send("welcome")

    async def echo(self, socket, text):
        return text

    async def form(self, socket, said):
        return said.text

    async def say(self, socket, said):
        await self.io.send(f"user::{said.to}", "said", said.text)

    async def fill(self):
        """Connect everybody. What is there by then is nothing to the garbage collector, as in the app."""
        for number in range(AUDIENCE):
            client = await connect(self.server, self.written)
            client.data_received(client_frame(b'40{"token":"%d"}' % number))
            await self.until(lambda: b"welcome" in self.written.getvalue())
            self.clients.append(client)
            self.written.seek(0)
            self.written.truncate()
        gc.collect()
        gc.freeze()

    async def until(self, done: Callable[[], bool]):
        """Let the loop turn. Raises Voided if it is not done after PATIENCE turns."""
        for _ in range(PATIENCE):
            if done():
                return
            await asyncio.sleep(0)
        raise Voided(f"not done after {PATIENCE} turns of the loop")

    async def left(self, size: int):
        """Let the loop turn until so many bytes have left. Raises Voided."""
        written = self.written.tell
        await self.until(lambda: written() >= size)

    def size(self, frame: bytes) -> int:
        """How many bytes leave for a frame, which is an event's or an ack's."""
        return len(frame) + (self.marker_bytes if b"42[" in frame[:8] else 0)

    async def cost(self, work: Awaitable, expected: list[bytes]) -> float:
        """CPU microseconds of the work. Raises Voided unless these frames have left, all of one size."""
        self.written.seek(0)
        began = thread_time()
        await work
        spent = thread_time() - began
        frame, size = len(expected[0]), self.size(expected[0])
        # Not `getvalue`, after which the next write copies all there is, the more the longer frames are.
        with self.written.getbuffer() as buffer:
            stream = bytes(buffer[: self.written.tell()])
        if sorted(stream[at : at + frame] for at in range(0, len(stream), size)) != sorted(expected):
            raise Voided("what has left is not what should have")
        return spent * MICROSECONDS
