"""The table of endings: each is provoked, on a WebSocket and on polling, and ends as its row says."""

import asyncio
import json

import pytest

from engine.endings import AT_ONCE, FOR_GOOD, NORMAL, RECOVERABLE, TOLD, Ending
from engine.errors import Unavailable
from engine.tests.app import io
from engine.tests.people import ANNA
from engine.tests.transport import raw

BIG = "x" * 60_000


class OverWebSocket:
    """Anna, on a WebSocket. `rest()` is all that comes until the end, and how the WebSocket was closed."""

    answers_pings = True

    def __init__(self, websocket):
        self.websocket = websocket

    @classmethod
    async def open(cls, port: int, token: str | None):
        client = cls(await raw.WebSocket.open(port, receive_buffer=4096))
        await client.websocket.receive()
        if token:
            await client.send(connect(token))
            assert (await client.websocket.receive()).startswith('40{"sid"')
        return client

    async def send(self, *packets: str):
        self.websocket.send(*packets)

    async def send_no_frame(self):
        self.websocket.connection.write(b"\xff\xff")

    async def rest(self) -> tuple[list[str], raw.Closed]:
        packets = []
        while not isinstance(packet := await self.websocket.next(), raw.Closed):
            packets.append(packet)
        return packets, packet


class OverPolling:
    """Anna, polling. What follows the packets is whether she was told that the session is over."""

    def __init__(self, polling):
        self.polling = polling

    @classmethod
    async def open(cls, port: int, token: str | None):
        client = cls(await raw.Polling.open(port))
        if token:
            await client.send(connect(token))
            assert (await client.polling.packet()).startswith('40{"sid"')
        return client

    async def send(self, *packets: str):
        await self.polling.post(*packets)

    async def rest(self) -> tuple[list[str], bool]:
        packets = []
        while "1" not in packets and (answer := await self.polling.poll()).status == 200:
            packets += answer.packets
        return [packet for packet in packets if packet != "1"], "1" in packets


def connect(token: str, namespace: str = "") -> str:
    return f"40{namespace}{json.dumps({'token': token})}"


class Provoked:
    """What a test of an ending needs: the client's token, what to set before it comes, and how it is made to end."""

    token = ANNA.jwt

    def __init__(self, office, limits, hook):
        self.office, self.limits, self.hook = office, limits, hook

    def before(self):
        pass

    async def end(self, client):
        raise NotImplementedError


class Kicked(Provoked):
    async def end(self, client):
        await io.disconnect("anna")


class Revoked(Provoked):
    @property
    def token(self):
        return self.office.issue(ANNA)

    async def end(self, client):
        self.office.end(ANNA, why=Ending.REVOKED.sentence)


class Expired(Provoked):
    @property
    def token(self):
        return self.office.issue(ANNA, seconds=0.3)

    def before(self):
        self.limits(expiry_notice_seconds=-1)

    async def end(self, client):
        pass


async def quiet(socket, payload):
    pass


class Left(Provoked):
    def before(self):
        self.limits(connect_seconds=0.3)

    async def end(self, client):
        await client.send("41")


class Drain(Provoked):
    async def end(self, client):
        io.node.services.spawn(io.drain(1))


class Slow(Provoked):
    def before(self):
        self.limits(backlog_bytes=200_000, volatile_bytes=10_000)

    async def end(self, client):
        (socket,) = io.node.hub.everybody()
        while socket.ended is None:
            await socket.send("news", BIG)
            await asyncio.sleep(0)


class TooLarge(Provoked):
    def before(self):
        self.limits(message_bytes=1000)

    async def end(self, client):
        io.node.services.spawn(client.send(f'42["quiet","{"x" * 1000}"]'))


class Busy(Provoked):
    def before(self):
        self.limits(message_bytes=50_000, unaccepted_message_bytes=10_000, unhandled_bytes=1000, message_seconds=0.1)

    async def end(self, client):
        io.node.eio.intake.hold("somebody else", 1000)
        io.node.services.spawn(client.send(f'42["quiet","{"x" * 20_000}"]'))


class HookFailed(Provoked):
    def before(self):
        self.fail = asyncio.Event()

        @self.hook
        async def connection(socket, user):
            await self.fail.wait()
            raise LookupError

    async def end(self, client):
        self.fail.set()


class Resync(Provoked):
    async def end(self, client):
        io.node.resync()


class Role(Provoked):
    @property
    def token(self):
        return self.office.issue(ANNA)

    async def end(self, client):
        self.office.change(ANNA, why=Ending.ROLE.sentence)


class IsUnavailable(Provoked):
    async def end(self, client):
        async def authenticate(token):
            raise Unavailable("no database")

        io.server.on("say", quiet, namespace="/chat")
        io.node.services.accounts.authenticate = authenticate
        await client.send(connect("anna", "/chat,"))


class Shut(Provoked):
    async def end(self, client):
        await io.server.eio.disconnect()


class Unused(Provoked):
    token = None

    def before(self):
        self.limits(connect_seconds=0.05)

    async def end(self, client):
        pass


class Network(Provoked):
    async def end(self, client):
        await client.send("1")


class Ping(Provoked):
    def before(self):
        self.limits(ping_interval_seconds=0.3, ping_timeout_seconds=0.1)

    async def end(self, client):
        pass


class Protocol(Provoked):
    async def end(self, client):
        await client.send("nonsense")


class Frames(Provoked):
    async def end(self, client):
        await client.send_no_frame()


WAYS = {
    Ending.KICKED: Kicked, Ending.REVOKED: Revoked, Ending.EXPIRED: Expired, Ending.LEFT: Left,
    Ending.DRAIN: Drain, Ending.SLOW: Slow, Ending.HOOK_FAILED: HookFailed, Ending.RESYNC: Resync, Ending.ROLE: Role,
    Ending.UNAVAILABLE: IsUnavailable, Ending.SHUT: Shut, Ending.UNUSED: Unused, Ending.NETWORK: Network,
    Ending.PING: Ping, Ending.PROTOCOL: Protocol, Ending.FRAMES: Frames,
    Ending.TOO_LARGE: TooLarge, Ending.BUSY: Busy,
}  # fmt: skip


@pytest.fixture
def ended(office, limits, hook, http_port, http_server, until):
    """`await ended(how, Client)` provokes an ending: what came, how it was closed, the reasons of `disconnect`."""

    async def ended(how: Ending, transport) -> tuple[list[str], object, list[str]]:
        reasons = []

        @io.on("disconnect")
        async def disconnect(socket, reason):
            reasons.append(reason)

        way = WAYS[how](office, limits, hook)
        way.before()
        client = await transport.open(http_port, way.token)
        await io.send("user::anna", "before")
        await way.end(client)
        if way.token:
            await until(lambda: reasons)
        packets, closed = await client.rest()
        await until(lambda: not io.server.eio.sockets)
        return [packet for packet in packets if packet != "2"], closed, reasons

    return ended


def test_every_ending_is_provoked():
    assert WAYS.keys() == set(Ending)


def test_no_two_endings_have_one_code_or_one_reason():
    assert len({each.code for each in Ending}) == len({each.reason for each in Ending}) == len(Ending)


def test_who_ended_by_one_of_these_can_be_recovered():
    recoverable = {each.code for each in Ending if each.is_(RECOVERABLE)}
    assert recoverable == {"drain", "network", "ping", "slow", "resync", "expired", "unavailable", "too_large", "busy"}


def told(packets: list[str]) -> list[dict]:
    """What the events `closing` among the packets say."""
    events = [json.loads(packet[2:]) for packet in packets if packet.startswith("42[")]
    return [event[1] for event in events if event[0] == "closing"]


@pytest.mark.parametrize("how", Ending, ids=lambda how: how.code)
async def test_on_a_websocket_it_ends_as_the_table_says(ended, how):
    packets, closed, reasons = await ended(how, OverWebSocket)

    assert told(packets) == ([how.closing("")] if how.is_(TOLD) else [])
    assert packets.count("41") == how.is_(TOLD | FOR_GOOD)
    assert reasons == ([how.reason] if how is not Ending.UNUSED else [])
    assert closed.code == how.status
    if how.is_(FOR_GOOD):
        assert packets[-1] == "41" or how is Ending.LEFT
    elif how.is_(TOLD) and how.status != NORMAL:
        assert closed.reason == how.code
    elif how in (Ending.PING, Ending.UNUSED):
        assert closed.reason == how.sentence


@pytest.mark.parametrize("how", [how for how in Ending if how is not Ending.FRAMES], ids=lambda how: how.code)
async def test_on_polling_it_ends_as_the_table_says(ended, how):
    packets, closed, reasons = await ended(how, OverPolling)

    assert told(packets) == ([how.closing("")] if how.is_(TOLD) else [])
    assert packets.count("41") == how.is_(TOLD | FOR_GOOD)
    assert reasons == ([how.reason] if how is not Ending.UNUSED else [])
    assert ('42["before"]' in packets) == (how is not Ending.UNUSED and not how.is_(AT_ONCE))
    assert closed != how.is_(AT_ONCE)


async def test_who_is_told_for_now_may_come_back_and_who_is_told_for_good_hears_a_disconnect_first(connect, received):
    """Of python-socketio's client, too, only the first would connect again."""
    first, second = await connect(ANNA), await connect(ANNA)
    (link,) = [link for link in io.server.eio.sockets.values() if link.client.sockets["/"].id == first.id]

    link.close(Ending.SLOW)
    assert await first.closed() != "server disconnect"

    await io.disconnect("anna")
    assert await second.closed() == "server disconnect"


async def test_a_message_is_said_instead_of_the_sentence(connect, received):
    anna = await connect(ANNA)
    (link,) = io.server.eio.sockets.values()

    link.close(Ending.HOOK_FAILED, "The kitchen burns.")

    assert await received(anna, "closing") == {"code": "hook_failed", "message": "The kitchen burns."}


async def test_what_has_ended_ends_no_second_time(connect, until):
    reasons = []

    @io.on("disconnect")
    async def disconnect(socket, reason):
        reasons.append(reason)

    anna = await connect(ANNA)
    (link,) = io.server.eio.sockets.values()
    (socket,) = io.node.hub.everybody()
    for ending in (Ending.SLOW, Ending.DRAIN, Ending.NETWORK):
        link.close(ending)
        link.lost(ending)
        socket.close(Ending.KICKED)
        socket.end(ending)

    await anna.closed()
    await until(lambda: reasons and not io.node.services.tasks)
    assert reasons == ["slow"]
    assert [name for name, *_ in anna.events].count("closing") == 1
