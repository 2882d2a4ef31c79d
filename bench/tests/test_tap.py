"""The tap on the way from Redis counts what is published, and nothing else."""

import asyncio

from bench.tap import Tap
from engine.testing.redis_server import free_port


async def test_published_bytes_are_counted_and_all_is_carried(open_redis):
    port = free_port()
    redis = open_redis(port=port)
    async with Tap(port) as tap:
        reader, writer = await asyncio.open_connection("127.0.0.1", tap.port)
        writer.write(b"PING\r\nSUBSCRIBE tea\r\n")
        said = await reader.readuntil(b":1\r\n")
        before = tap.published
        redis.ask("PUBLISH", "tea", "Earl Grey")
        published = await reader.readuntil(b"Earl Grey\r\n")
        writer.close()

    assert said.startswith(b"+PONG\r\n")
    assert (before, tap.published) == (0, len(published))
