"""Nodes that are processes of their own."""

import json

import pytest

from engine.tests.transport.raw import WebSocket

pytestmark = pytest.mark.slow


async def enter(port: int, user: str) -> WebSocket:
    """A client that is in the room of its crowd."""
    client = await WebSocket.open(port)
    await client.receive()
    client.send(f'40{{"token":"{user}"}}')
    assert (await client.receive()).startswith('40{"sid"')
    client.send('421["enter","crowd"]')
    assert await client.receive() == "431[]"
    return client


async def test_processes_on_one_redis_are_one_app(serve, redis):
    ports = [(await serve(REDIS_URL=redis.url)).port for _ in range(2)]
    clients = [await enter(port, f"crowd{port}") for port in ports]
    for number, client in enumerate(clients):
        client.send(f'42["relay",{number}]')
        for each in clients:
            assert json.loads((await each.receive())[2:]) == ["relayed", number]
