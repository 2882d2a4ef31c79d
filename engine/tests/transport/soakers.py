"""Clients of all kinds, one after the other: `python -m engine.tests.transport.soakers PORT COUNT`; prints how many."""

import asyncio
import sys

from engine.tests.transport.raw import Connection, Polling, WebSocket

AT_A_TIME = 30


async def accepted(port: int, token: str = "anna") -> WebSocket:
    websocket = await WebSocket.open(port)
    websocket.send(f'40{{"token":"{token}"}}')
    while not (await websocket.receive()).startswith("4"):
        pass
    return websocket


async def stays(port: int):
    (await accepted(port)).connection.close()


async def is_killed(port: int):
    (await accepted(port)).connection.reset()


async def is_refused(port: int):
    (await accepted(port, "bad")).connection.close()


async def stops_half_way(port: int):
    connection = await Connection.open(port)
    connection.write(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHo")
    websocket = await WebSocket.open(port)
    connection.close()
    websocket.connection.reset()


async def polls(port: int):
    client = await Polling.open(port)
    await client.post('40{"token":"anna"}')
    await client.poll()
    await client.post("1")


async def upgrades(port: int):
    client = await Polling.open(port)
    websocket = await client.upgrade()
    websocket.send("2probe", "5", '40{"token":"anna"}')
    while not (await websocket.receive()).startswith("40"):
        pass
    websocket.connection.close()


KINDS = [stays, is_killed, is_refused, stops_half_way, polls, upgrades]


async def main(port: int, count: int):
    kinds = iter(KINDS[number % len(KINDS)] for number in range(count))

    async def one_after_the_other():
        for kind in kinds:
            await kind(port)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_A_TIME)))
    print(count)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
