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


async def test_those_that_start_while_redis_is_away_serve_say_so_once_and_join_when_it_comes(serve, redis):
    redis.stop()
    servers = [await serve(REDIS_URL=redis.url) for _ in range(2)]
    for server in servers:
        client = await enter(server.port, "crowd")
        client.send('42["relay","alone"]')
        assert json.loads((await client.receive())[2:]) == ["relayed", "alone"]
        client.connection.close()
    redis.start()
    for server in servers:
        await server.says("is here")
    clients = [await enter(server.port, "crowd") for server in servers]
    clients[0].send('42["relay","together"]')
    for client in clients:
        assert json.loads((await client.receive())[2:]) == ["relayed", "together"]
    assert [server.said.count("is away") for server in servers] == [1, 1]
