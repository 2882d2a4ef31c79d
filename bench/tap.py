"""The way from Redis to one node, which sees what comes along."""

import asyncio

PUBLISHED = b"message\r\n"
"""Stands in all that somebody has published: as message, pmessage or smessage."""


class Tap:
    """Carries all between `port` and another one. `published` are the bytes of publications since somebody set it."""

    def __init__(self, target: int):
        self.target, self.published, self.port = target, 0, 0
        self.server: asyncio.Server | None = None
        self.pumps: set[asyncio.Task] = set()

    async def __aenter__(self) -> "Tap":
        self.server = await asyncio.start_server(self.carry, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exception):
        self.server.close()
        for pump in self.pumps:
            pump.cancel()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.pumps.add(asyncio.current_task())
        from_redis, to_redis = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self.pump(reader, to_redis), self.pump(from_redis, writer, counts=True))

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counts: bool = False):
        while data := await reader.read(65536):
            if counts and PUBLISHED in data:
                self.published += len(data)
            writer.write(data)
        writer.close()
