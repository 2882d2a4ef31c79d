"""Clients that take all there is of a server, and stay: `python -m engine.tests.transport.besiegers PORT SILENT`.

Says `there` once they are, and ends them when its input ends; then it prints how many connections that took. It fails
if one was closed that may stay, or stays that has to be closed.
"""

import asyncio
import logging
import sys
from contextlib import suppress

from engine.tests.transport import attackers, raw
from engine.tests.transport.attackers import Counted, enter, text

ENDLESS = [
    "6", "430[]", "41/nowhere,", "40/nowhere,", '42/nowhere,["echo"]', '42["unknown"]', '421["echo",1]',
    '421["token:renew",{"token":"bad"}]',
]  # fmt: skip
LONG = '430["%s"]' % ("x" * 600)
"""Sent in between, so that a server which has read what it reads at once need not rest for minutes."""
SCRIPT = b"GET /socket.io/socket.io.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
TAKING_NOTHING = 10
AT_ONCE = 200
CLOSED_SECONDS = 120
"""When whoever takes no answer has to be closed, on a machine however slow."""


async def forever(connection: raw.Connection, data: bytes) -> None:
    """Send something as fast as it is taken, until the connection is closed."""
    with suppress(ConnectionError):
        while True:
            connection.write(data * AT_ONCE)
            await connection.writer.drain()


async def flood(connection: raw.Connection, packet: str) -> None:
    """Have packets handled that nothing counts but the budget; whatever is answered is read."""
    sending = asyncio.create_task(forever(connection, text(packet) + text(LONG)))
    with suppress(ConnectionError):
        while await connection.reader.read(65536):
            pass
    await sending


async def silent(port: int) -> raw.Connection:
    """One that reads nothing."""
    connection = await Counted.open(port, receive_buffer=4096)
    connection.writer.transport.pause_reading()
    return connection


async def main(port: int, most: int) -> None:
    """Besiege the server until the input ends."""
    attackers.own.set([])
    raw.Connection = Counted
    entered = [(await enter(port)).connection for _ in ENDLESS]
    asking = [await silent(port) for _ in range(TAKING_NOTHING)]
    floods = [asyncio.create_task(flood(*each)) for each in zip(entered, ENDLESS, strict=True)]
    answers = asyncio.gather(*(forever(connection, SCRIPT) for connection in asking))
    for _ in range(most):
        await silent(port)
    print("there", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await asyncio.wait_for(answers, CLOSED_SECONDS)
    closed = [packet for packet, each in zip(ENDLESS, floods, strict=True) if each.done()]
    assert not closed, closed
    # Else the server would only notice once it has read, in its time, all that they have sent.
    for each in entered:
        each.reset()
    print(len(attackers.everyone))


if __name__ == "__main__":
    # What they write to connections that are closed already is no news.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
