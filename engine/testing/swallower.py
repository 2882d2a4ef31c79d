"""A network that fails: a proxy that swallows what it should carry, while its connections stay open."""

import asyncio
from contextlib import suppress


class Swallower:
    """Carries connections on one unix socket to another, until `swallows` is set.

    `target` may change: whoever connects from then on is carried there. With `keeps` it keeps its connection to the
    server though the client has hung up, as if nobody had told it.
    """

    def __init__(self, path: str, target: str):
        self.path, self.target = path, target
        self.swallows = self.keeps = False
        self.server = None
        self.tasks: set[asyncio.Task] = set()

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    async def open(self):
        self.server = await asyncio.start_unix_server(self.carry, self.path)

    async def carry(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        there_reader, there_writer = await asyncio.open_unix_connection(self.target)
        await asyncio.gather(self.pump(reader, there_writer), self.pump(there_reader, writer))

    async def pump(self, reader, writer):
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if not self.swallows:
                    writer.write(data)
        if not self.keeps:
            writer.close()

    def close(self):
        for task in self.tasks:
            task.cancel()
        self.server.close()
