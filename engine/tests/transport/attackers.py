"""Clients that do all the wrong things at once: `python -m engine.tests.transport.attackers PORT SECONDS ROUNDS`.

Prints how many connections they opened. What each of them gets is told by the tests of the engine's parts.
"""

import asyncio
import logging
import random
import sys
from contextlib import suppress
from contextvars import ContextVar

from engine.tests.transport import raw
from engine.tests.transport.raw import SEPARATOR, UPGRADE, Polling, WebSocket

POLLING, WEBSOCKET = "EIO=4&transport=polling", "EIO=4&transport=websocket"
LONG = 70_000
AT_ONCE = 300
ENDED_SECONDS = 120
"""When whoever may not stay has to be closed, on a machine however slow."""
POLLS, POLLS_PER_SECOND = 10, 20
"""What a client may poll that is answered at once, and one that is answered after a while, twice over."""
everyone = []
wrong = []
"""What the server should not have done."""
own = ContextVar("own")
"""The connections of one attack."""


class Counted(raw.Connection):
    """One that is counted, and closed at the end."""

    @classmethod
    async def open(cls, port: int, receive_buffer: int | None = None):
        connection = await super().open(port, receive_buffer)
        everyone.append(connection)
        own.get().append(connection)
        return connection


def text(payload: str, *, first: int = 0x81, masked: bool = True) -> bytes:
    """A frame with whatever is wrong about it."""
    data = payload.encode()
    size = len(data)
    flag = 0x80 if masked else 0
    if size < 126:
        head = bytes((first, flag | size))
    elif size < 65536:
        head = bytes((first, flag | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, flag | 127)) + size.to_bytes(8, "big")
    # A mask of zeros leaves the payload as it is.
    return head + (b"\0\0\0\0" if masked else b"") + data


async def enter(port: int, user: str = "mallory", **options) -> WebSocket:
    websocket = await WebSocket.open(port, WEBSOCKET, **options)
    websocket.send(f'40{{"token":"{user}"}}')
    while not (await websocket.receive()).startswith("40"):
        pass
    return websocket


PACKETS_BEFORE_CONNECT = [
    "x", "4", "", "9", "40[]", "41", '42["echo",1]', "4" + "[" * 30_000, "40" + '{"a":' * 10_000, "40/nowhere,",
    '40{"token":"bad"}', "40", '40{"token":1}', '40{"token":"nobody-knows"}', '40{"token":"%s"}' % ("x" * 60_000),
    "2probe", "5", "1", "bAAAA", "b!",
]  # fmt: skip
PACKETS_OF_A_USER = [
    '42["connect",{}]', '42["disconnect"]', '42["disconnect","transport close"]', '42["connect_error",{}]',
    "41", "4" + "[" * 30_000, '42["echo",' + "[" * 30_000 + "]" * 30_000 + "]", "", "x", "4", "42", "42[]", "42[1]",
    "459999999999-", '459999999999-["echo"]', '4511-["echo"]', '451-["echo",{"_placeholder":true,"num":7}]',
    '451-["echo",{"_placeholder":true,"num":-1}]', '451-["echo"]',
    "451-" + '["echo",' + ",".join(['{"_placeholder":true,"num":0}'] * 400) + "]",
    '42["relay",NaN]', '42["relay",Infinity]', '42["relay",-Infinity]', '42["relay",1e999]',
    '42["relay",' + "9" * 400 + "]",
    '42["relay",' + "9" * 60_000 + "]", '42["echo","\\ud800"]', "43999[]", "46999[]", "431", '430{"a":1}', "44{}",
    '40{"token":"mallory"}', '40/admin,{"token":"mallory"}', '42/admin,["echo",1]', '42["' + "e" * 60_000 + '"]',
    '420000000000000000001["echo",1]', '4299999999999999999999["echo",1]', '42["echo"' + ",[]" * 20_000 + "]",
    "b" + "A" * 60_000,
]  # fmt: skip
FRAMES = [
    text("2", masked=False),
    text("x" * LONG),
    text("2", first=0xC1),
    text("2", first=0xA1),
    text("2", first=0x83),
    text("2", first=0x8B),
    text("2", first=0x80),
    text("p" * 126, first=0x89),
    text("p", first=0x09),
    text("c", first=0x88),
    b"\x88\x82\0\0\0\0\x03\xed",
    b"\x88\x84\0\0\0\0\x03\xe8\xff\xff",
    b"\x81\x82\0\0\0\0\xc3\x28",
    b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    b"\x81\xff" + (2**40).to_bytes(8, "big") + b"\0\0\0\0" + b"x" * 10_000,
    text("4", first=0x01) + text("x", first=0x00) * 3000,
    text("4", first=0x01) + text("x" * 1000, first=0x00) * 70,
    text("4", first=0x01) + text("4", first=0x01),
    text("", first=0x01) + text("", first=0x00) * 3000,
    text("2", first=0x89) * 500,
    b"\x81\xfe\x10",
    b"\x81",
]
HANDSHAKES = [
    ("GET", "EIO=3&transport=websocket", UPGRADE),
    ("GET", "EIO=4&transport=other", UPGRADE),
    ("GET", f"{WEBSOCKET}&sid=unknown", UPGRADE),
    ("GET", WEBSOCKET, UPGRADE | {"Origin": "http://evil.example.com"}),
    ("GET", WEBSOCKET, UPGRADE | {"Origin": "null"}),
    ("GET", WEBSOCKET, UPGRADE | {"Sec-WebSocket-Version": "8"}),
    ("GET", WEBSOCKET, UPGRADE | {"Sec-WebSocket-Key": "short"}),
    ("GET", WEBSOCKET, {}),
    ("GET", f"{POLLING}&sid=unknown", {}),
    ("GET", POLLING, UPGRADE),
    ("GET", "", {}),
    ("GET", POLLING, {"X-Forwarded-For": "1.2.3.4, " * 500}),
    ("PUT", POLLING, {}),
    ("POST", POLLING, {"Content-Length": "99999999999"}),
    ("POST", POLLING, {"Content-Length": "-1"}),
    ("POST", POLLING, {"Content-Length": "1, 2"}),
    ("POST", f"{POLLING}&sid=unknown", {"Content-Length": "10"}),
    ("GET", POLLING, {"X-Long": "x" * 20_000}),
    *[("GET", POLLING, {"X-Long": "x" * 15_000})] * 20,
    ("GET", f"{POLLING}&jwt={'x' * 10_000}", {}),
]
STREAMS = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    b"\r\n" * 1000,
    b"x" * 100_000,
    b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHo",
    b"POST /socket.io/?EIO=4 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nContent-Length: ²\r\n\r\n".encode("latin-1"),
    b"",
]
PIPELINES = [
    '42["work",0.001]', '421["echo",1]', '42["unknown"]', "2", "3", "6", "430[]", "41/nowhere,", "40/nowhere,",
    '42/nowhere,["echo"]',
]  # fmt: skip
BODIES = [
    "x", "", "4", SEPARATOR * 1000, "42", "bAAAA", "b!", '42["echo",1]', SEPARATOR.join(["6"] * 1000),
    SEPARATOR.join(['42["echo",1]'] * 1000), "1", "x" * LONG, "5", "2probe", '40{"token":"bad"}', "4" + "[" * 50_000,
]  # fmt: skip


async def before_connect(port: int, packet: str):
    websocket = await WebSocket.open(port, WEBSOCKET)
    websocket.send(packet)
    await over(websocket)


async def packet_of_a_user(port: int, packet: str):
    websocket = await enter(port)
    websocket.send(packet)
    await over(websocket)


async def attachments(port: int):
    websocket = await enter(port)
    websocket.send('4510-["echo",{"_placeholder":true,"num":0}]', *[b"x" * 50_000] * 11)
    await over(websocket)


async def attachments_that_never_come(port: int):
    websocket = await enter(port)
    websocket.send('4510-["echo",{"_placeholder":true,"num":0}]', b"x")
    if not await over(websocket, ENDED_SECONDS):
        wrong.append("waits for attachments for ever")


async def frames(port: int, data: bytes):
    websocket = await enter(port)
    websocket.connection.write(data)
    await over(websocket)


async def handshake(port: int, method: str, query: str, headers: dict):
    await raw.request(port, method, query, headers=headers)


async def stream(port: int, data: bytes):
    connection = await Counted.open(port)
    connection.write(data)
    await asyncio.wait_for(connection.reader.read(1000), 1)


async def never_connects(port: int):
    await over(await WebSocket.open(port, WEBSOCKET))


async def never_reads(port: int, answers_pings: bool):
    websocket = await enter(port, receive_buffer=4096)
    websocket.send('42["pour",100000000]')
    for _ in range(20):
        await asyncio.sleep(0.2)
        if answers_pings:
            websocket.send("3", '42["echo",1]')


async def reads_drop_by_drop(port: int):
    websocket = await enter(port, receive_buffer=4096)
    websocket.send('42["pour",900000]')
    for _ in range(20):
        await asyncio.sleep(0.1)
        await websocket.connection.reader.read(10)


async def pipelines(port: int, packet: str):
    websocket = await enter(port)
    websocket.send(*[packet] * 300)
    await over(websocket)


async def enters_rooms(port: int):
    websocket = await enter(port)
    websocket.send(*[f'42["enter","room{number}"]' for number in range(150)])
    await over(websocket, 1)


async def writes_in_drops(port: int):
    websocket = await enter(port)
    for byte in text('42["echo",1]') * 10:
        websocket.connection.write(bytes((byte,)))
        await asyncio.sleep(0.005)
    websocket.connection.reset()


async def disappears(port: int, user: str):
    websocket = await WebSocket.open(port, WEBSOCKET)
    websocket.send(f'40{{"token":"{user}"}}')
    websocket.connection.reset()


async def changes_its_mind(port: int):
    """Comes and goes, again and again, on one transport."""
    websocket = await WebSocket.open(port, WEBSOCKET)
    websocket.send(*['40{"token":"mallory"}', "41"] * 20)
    await over(websocket, 1)


async def tries_tokens(port: int):
    websocket = await WebSocket.open(port, WEBSOCKET)
    websocket.send(*['40{"token":"bad"}'] * 20)
    await over(websocket, 1)


async def posts(port: int, body: str, entered: bool):
    client = await Polling.open(port)
    if entered:
        await client.post('40{"token":"mallory"}')
        await client.packet()
    await client.post(body)


async def polls_twice(port: int):
    client = await Polling.open(port)
    polls = [await client.start_poll(), await client.start_poll()]
    for poll in polls:
        await poll.answer()


async def aborts_polls(port: int):
    client = await Polling.open(port)
    for _ in range(3):
        (await client.start_poll()).reset()
    await asyncio.sleep(0.1)
    await client.poll()


async def half_a_post(port: int):
    client = await Polling.open(port)
    connection = await Counted.open(port)
    connection.ask("POST", client.query, {"Content-Length": "1000"})
    connection.write(b"4")
    await asyncio.sleep(1)


async def chunks(port: int):
    client = await Polling.open(port)
    connection = await Counted.open(port)
    connection.ask("POST", client.query, {"Transfer-Encoding": "chunked"})
    for _ in range(20):
        connection.write(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
    await connection.answer()


async def polls_nothing_of_a_flood(port: int):
    client = await Polling.open(port)
    await client.post('40{"token":"mallory"}')
    await client.post(*['42["echo","' + "x" * 900 + '"]'] * 60)
    await asyncio.sleep(1)


async def probes(port: int, *packets: str):
    client = await Polling.open(port)
    websocket = await client.upgrade()
    websocket.send(*packets)
    await over(websocket, 1)


async def polls_while_it_probes(port: int):
    client = await Polling.open(port)
    (await client.upgrade()).send("2probe")
    loop, polls = asyncio.get_running_loop(), 0
    began = loop.time()
    while (seconds := loop.time() - began) < 1:
        await client.poll()
        polls += 1
    if polls > POLLS + POLLS_PER_SECOND * seconds:
        wrong.append(f"answered {polls} polls in {seconds} seconds")


async def probes_in_a_crowd(port: int):
    client = await Polling.open(port)
    for _ in range(5):
        (await client.upgrade()).send("2probe")
    await asyncio.sleep(0.2)


async def over(websocket: WebSocket, seconds: float = 3) -> bool:
    """Read until the server has had enough, or for a while; returns whether it had."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await websocket.closed()
            return True
    return False


def attacks(port: int):
    """One of each."""
    yield from (before_connect(port, packet) for packet in PACKETS_BEFORE_CONNECT)
    yield from (packet_of_a_user(port, packet) for packet in PACKETS_OF_A_USER)
    yield from (frames(port, data) for data in FRAMES)
    yield from (handshake(port, *request) for request in HANDSHAKES)
    yield from (stream(port, data) for data in STREAMS)
    yield from (posts(port, body, entered) for body in BODIES for entered in (False, True))
    yield from (never_reads(port, answers) for answers in (False, True))
    yield from (pipelines(port, packet) for packet in PIPELINES)
    yield from (disappears(port, user) for user in ("mallory", "bad", "nobody-knows"))
    yield from (probes(port, *packets) for packets in (["x"], ["5"], ["2probe"], ["2probe", "x"], ["2probe", "5", "x"]))
    for attack in (
        attachments, attachments_that_never_come, never_connects, reads_drop_by_drop, enters_rooms, writes_in_drops,
        changes_its_mind, tries_tokens, polls_twice, aborts_polls, half_a_post, chunks, polls_nothing_of_a_flood,
        polls_while_it_probes, probes_in_a_crowd,
    ):  # fmt: skip
        yield attack(port)


async def run(attack, few: asyncio.Semaphore):
    """Make an attack, wherever it gets stuck, and hang up."""
    own.set([])
    with suppress(Exception):
        await attack
    for connection in own.get():
        if not connection.writer.transport.is_closing():
            random.choice([connection.close, connection.reset])()
    few.release()


async def main(port: int, seconds: float, rounds: int):
    raw.Connection = Counted
    all_of_them = [attack for _ in range(rounds) for attack in attacks(port)]
    random.shuffle(all_of_them)
    pause, few = seconds / len(all_of_them), asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for attack in all_of_them:
            await few.acquire()
            group.create_task(run(attack, few))
            await asyncio.sleep(pause)
    assert not wrong, wrong
    print(len(everyone))


if __name__ == "__main__":
    # What they write to connections that are closed already is no news.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
