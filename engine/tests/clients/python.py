"""python-socketio's client, as the JavaScript ones are driven."""

import asyncio
from contextlib import suppress

import socketio
from socketio.exceptions import ConnectionError
from tornado.httputil import url_concat

from engine.testing.client import RECEIVED_SECONDS, Inbox

CLOSED_SECONDS = 10
WORDS = {"server disconnect": "io server disconnect", "client disconnect": "io client disconnect"}
"""What the others call it."""


class PythonClient(Inbox):
    """One client; see JavaScriptClient."""

    def __init__(self):
        super().__init__()
        self.socket = socketio.AsyncClient(reconnection_delay=0.05, randomization_factor=0)
        self.namespace, self.prepared = "/", {}
        self.tasks: list[asyncio.Task] = []

    async def start(self, url: str, namespace: str, *, auth=None, query=(), extraHeaders=None, transports):
        """Begin to connect, with the options of Socket.IO's `io()`."""
        self.namespace = namespace or "/"
        for event, handler in (("*", self.came), ("connect", self.connected), ("disconnect", self.disconnected)):
            self.socket.on(event, handler, namespace=self.namespace)
        self.socket.on("connect_error", self.refused, namespace=self.namespace)
        options = {"auth": auth, "headers": extraHeaders or {}, "namespaces": [self.namespace]}
        self.spawn(self.connect(url_concat(url, dict(query)), transports=list(transports), **options))

    async def connect(self, url: str, **options):
        try:
            await self.socket.connect(url, **options)
        except ConnectionError:
            return
        if self.socket.transport() != options["transports"][0]:
            self.keep("upgrade", self.socket.transport())

    def connected(self):
        self.keep("connect", self.socket.get_sid(self.namespace))

    def refused(self, error):
        self.keep("connect_error", {**error, "active": False} if isinstance(error, dict) else {"active": True})

    def disconnected(self, reason):
        self.keep("disconnect", WORDS.get(reason, reason), reason not in WORDS)

    def came(self, event, *arguments):
        self.keep(event, *arguments)
        answer = self.prepared.get(event, ())
        return answer if len(answer) != 1 else answer[0]

    def spawn(self, coroutine):
        """Do something after all that was asked for before."""
        self.tasks.append(asyncio.ensure_future(self.after(tuple(self.tasks[-1:]), coroutine)))

    async def after(self, tasks, coroutine):
        await asyncio.gather(*tasks, return_exceptions=True)
        await coroutine

    def emit(self, event: str, *arguments):
        """Emit an event without asking for an ack."""
        self.spawn(self.socket.emit(event, arguments, namespace=self.namespace))

    async def call(self, event: str, *arguments):
        """Emit an event and return its ack; several arguments come as a list."""
        await asyncio.gather(*self.tasks[-1:], return_exceptions=True)
        answer = await self.socket.call(event, arguments, namespace=self.namespace, timeout=RECEIVED_SECONDS)
        return list(answer) if isinstance(answer, tuple) else answer

    async def answers(self, event: str, *arguments):
        """From now on, answer this event of the server with these arguments."""
        self.prepared[event] = arguments

    def disconnect(self):
        """End the connection as a page does."""
        self.spawn(self.socket.disconnect())

    async def close(self):
        # Its library may wait for ever for a task of its own that has ended.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSED_SECONDS):
                await self.socket.shutdown()
        for task in self.tasks:
            task.cancel()
