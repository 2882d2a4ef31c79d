"""A Socket.IO client from npm as the test kit's own clients are: `client.cjs` in Node runs it."""

import asyncio
import base64
import json

from engine.testing.client import RECEIVED_SECONDS, Inbox

LONGEST_LINE = 4 * 1024 * 1024


def pack(value):
    """Bytes in a payload, for a line of JSON."""
    return {"base64": base64.b64encode(value).decode()}


def unpack(value: dict):
    """The reverse of `pack`, as the object hook of json.loads."""
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


class JavaScriptClient(Inbox):
    """One client of one version. Beside what the server sends, the client's own events come to the inbox.

    Those are connect (the socket's id), connect_error (message, data, active), disconnect (the reason, active) and
    upgrade (the transport). A client that is active connects again by itself.
    """

    def __init__(self, node_port: int):
        super().__init__()
        self.node_port = node_port
        self.acks: dict[int, asyncio.Future] = {}
        self.writer = self.reading = None

    async def start(self, library: str, url: str, options: dict):
        """Begin to connect, with the options of Socket.IO's `io()`."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.node_port, limit=LONGEST_LINE)
        self.reading = asyncio.create_task(self.read(reader))
        self.write(library=library, url=url, options=options)

    async def read(self, reader):
        async for line in reader:
            message = json.loads(line, object_hook=unpack)
            if "ack" in message:
                self.acks.pop(message["ack"]).set_result(message["arguments"])
            else:
                self.keep(message["event"], *message["arguments"])

    def write(self, **message):
        self.writer.write(json.dumps(message, default=pack).encode() + b"\n")

    def emit(self, event: str, *arguments):
        """Emit an event without asking for an ack."""
        self.write(emit=[event, *arguments])

    async def call(self, event: str, *arguments):
        """Emit an event and return its ack; several arguments come as a list."""
        values = await self.answered(emit=[event, *arguments])
        return values[0] if len(values) == 1 else values

    async def answers(self, event: str, *arguments):
        """From now on, answer this event of the server with these arguments."""
        await self.answered(answer=event, arguments=arguments)

    async def get(self, name: str):
        """What the client's socket has by a name."""
        return (await self.answered(get=name))[0]

    async def answered(self, **message) -> list:
        async with asyncio.timeout(RECEIVED_SECONDS):
            return await self.asked(**message)

    def asked(self, **message) -> asyncio.Future[list]:
        """What the answer will be, however long it takes."""
        answer = asyncio.get_running_loop().create_future()
        self.acks[id(answer)] = answer
        self.write(ack=id(answer), **message)
        return answer

    def disconnect(self):
        """End the connection as a page does."""
        self.write(disconnect=True)

    async def close(self):
        self.writer.write_eof()
        await self.reading
        self.writer.close()
