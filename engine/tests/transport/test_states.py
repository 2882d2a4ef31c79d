"""Whatever clients, the server, the network and time do in whatever order, no state is left half."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.endings import Ending
from engine.errors import InvalidPacket
from engine.limits import Limits
from engine.loop import wheel as timer
from engine.testing.websocket_client import CLOSE, PING, client_frame
from engine.tests import people
from engine.tests.transport.fakes import Bare, Client, Transport
from engine.transport import link as links
from engine.transport import output, polling
from engine.transport.carrier import NOBODY, Reading
from engine.transport.engine_io import EngineIO
from engine.transport.handshake import Handshake
from engine.transport.output import Writing
from engine.transport.polling import Polling, PollingState
from engine.transport.probe import Probe
from engine.transport.readiness import Serving
from engine.transport.state import ImpossibleTransition
from engine.transport.websocket import WebSocket
from engine.wire.message import Message

BINARY, LONG = 2, 40_000
NEWS, MUCH = Message(b'42["news"]'), Message(b'42["' + b"x" * LONG + b'"]')
STATES = [links.LinkState, output.Connection, polling.PollingState, Reading, Writing, Serving]

FRAMES = [client_frame(text) for text in (b"3", b"4x", b"6", b"2probe", b"5")]
FRAMES += [client_frame(b"4x") * 5000, client_frame(b"x", BINARY), client_frame(b"", PING)]
LAST_FRAMES = [client_frame(b"1"), client_frame(b"nonsense"), client_frame(b"", CLOSE), b"\xff"]

USUAL = [
    *(("deliver", frame) for frame in FRAMES),
    *(("post", packet) for packet in ("3", "4x")),
    *(("pass_time", seconds) for seconds in (1, 30)),
    *(("send", message) for message in (NEWS, MUCH, MUCH)),
    *((deed,) for deed in ("poll", "poll", "abort", "keep", "pause", "resume", "turn", "stick", "drain", "look")),
    *((deed,) for deed in ("open", "begin_upgrade", "probe", "take_over", "upgrade")),
]
LAST = [
    *(("close", ending) for ending in (Ending.DRAIN, Ending.KICKED, Ending.NETWORK, Ending.PING)),
    *(("deliver", frame) for frame in LAST_FRAMES),
    *(("post", packet) for packet in ("1", "nonsense")),
    ("pass_time", 1000),
    *((deed,) for deed in ("lose", "end_of_file", "expire")),
]
usual, last = st.sampled_from(USUAL), st.sampled_from(LAST)
lives = st.lists(usual, min_size=3, max_size=12)
stories = st.tuples(lives, last, lives, last, lives).map(
    lambda parts: [*parts[0], parts[1], *parts[2], parts[3], *parts[4]]
)


class World:
    """One link, and what is around it."""

    def __init__(self, upgraded: bool):
        limits = Limits(backlog_bytes=3 * LONG, volatile_bytes=LONG)
        self.eio = EngineIO(limits, people.Accounts(), self.client_of)
        self.transports, self.polls, self.tasks, self.failures = [], [], [], []
        self.sent, self.passed = {}, 0
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: self.failures.append(context))
        if upgraded:
            self.connect(lambda websocket: websocket.carry(self.begin(websocket)))
        else:
            self.begin()

    def client_of(self, link):
        self.client = Client(link)
        return self.client

    def begin(self, websocket=None):
        self.link = self.eio.open(Handshake("127.0.0.1"), websocket)
        self.first = self.link.carrier
        return self.link

    def connect(self, opened):
        self.transports.append(Transport(WebSocket(self.eio, "127.0.0.1", opened, Bare())))

    @property
    def polling(self):
        """What a request finds."""
        found = self.eio.find(self.link.sid)
        return found.carrier if found and isinstance(found.carrier, Polling) else None

    # What clients do.

    def open(self):
        if self.polling and not self.link.closed and not self.polling.probe:
            now = self.polling
            self.connect(lambda websocket: websocket.carry(Probe(self.link, now, websocket)))

    def begin_upgrade(self):
        self.open()
        self.probe()

    def upgrade(self):
        self.begin_upgrade()
        self.take_over()

    def probe(self):
        self.deliver(client_frame(b"2probe"))

    def take_over(self):
        self.deliver(client_frame(b"5"))

    def deliver(self, data):
        for transport in self.transports[-1:]:
            transport.deliver(data)

    def poll(self):
        if self.polling:
            self.polls.append(asyncio.ensure_future(self.fetch(self.polling)))

    async def fetch(self, polling):
        try:
            assert await polling.poll()
        except InvalidPacket as error:
            self.link.invalid(error)

    def abort(self):
        for task in self.polls[-1:]:
            task.cancel()

    def post(self, packet):
        if self.polling and not self.link.closed:
            self.tasks.append(asyncio.ensure_future(self.take(self.polling, packet)))

    async def take(self, polling, packet):
        try:
            await polling.post([packet])
        except InvalidPacket as error:
            self.link.invalid(error)

    # What the network and time do.

    def lose(self):
        for transport in self.transports[-1:]:
            transport.lose()

    def end_of_file(self):
        for transport in self.transports[-1:]:
            transport.end_of_file()

    def stick(self):
        for transport in self.transports:
            transport.bare.stuck = True

    def drain(self):
        for transport in self.transports:
            transport.drain()

    def pass_time(self, seconds):
        wheel = self.eio.wheel
        self.passed += seconds
        now = wheel.now() + self.passed
        for item in [item for slot, items in wheel.slots.items() for item in items if slot * timer.TICK_SECONDS <= now]:
            if item.slot is not None:
                wheel.call(item, now)

    async def turn(self):
        for _ in range(5):
            await asyncio.sleep(0)

    # What the server does.

    def send(self, message):
        if not self.link.closed:
            self.link.send(message)

    def look(self):
        self.link.look()

    def keep(self):
        self.link.keep()

    def expire(self):
        if not self.link.closed:
            self.link.expire(1)

    def pause(self):
        if not self.link.closed:
            self.link.carrier.pause_reading()

    def resume(self):
        self.link.carrier.resume_reading()

    def close(self, ending):
        self.link.close(ending)

    # What must be.

    def check(self):
        assert self.failures == []
        self.check_link()
        if isinstance(self.first, Polling):
            self.check_polling(self.first)
        for transport in self.transports:
            self.check_websocket(transport, transport.protocol)
        assert self.eio.websockets == sum(not transport.lost for transport in self.transports)

    def check_link(self):
        link, open = self.link, self.link.state is links.OPEN
        assert len(self.client.ended) == (not open)
        assert hasattr(link, "client") == open
        assert open or link.slot is None
        assert (link.sid in self.eio.sockets) == (link.state is not links.GONE)
        # Only polling keeps the last packets of a link that has ended.
        closing = isinstance(link.carrier, Polling) and link.carrier.state is polling.CLOSING
        assert (link.state is links.ENDED) == closing or self.eio.departed.waiting
        if isinstance(link.carrier, WebSocket) and not open and not self.eio.departed.waiting:
            assert link.carrier.state is not output.OPEN

    def check_polling(self, polling):
        state = polling.state
        assert hasattr(polling, "link") == (state is not PollingState.CLOSED)
        assert polling.slot is None or polling.behind or state is PollingState.CLOSING
        assert state is PollingState.OPEN or not polling.paused
        if polling.probe and not self.eio.departed.waiting:
            assert state is not PollingState.CLOSED
            assert polling.probe.websocket.state is output.OPEN
            assert polling.probe.websocket.carried is polling.probe
        if polling.waiting and not polling.waiting.done():
            assert state is PollingState.OPEN
            assert not polling.queue
            assert not polling.probe
        if polling.resumed and not polling.resumed.done():
            assert polling.paused

    def check_websocket(self, transport, websocket):
        if websocket.state is output.OPEN:
            assert transport.reading == (websocket.reading is Reading.FLOWING)
            assert websocket.carried is not NOBODY
            return
        assert transport.lost or not websocket.behind
        assert transport.lost or websocket.reading is not Reading.PAUSED
        assert websocket.carried is NOBODY or self.eio.departed.waiting
        assert self.sent.setdefault(transport, transport.bare.sent) == transport.bare.sent
        assert (websocket.slot is None) == transport.lost or self.eio.departed.waiting or not transport.open

    async def finish(self):
        """The handlers are done, all clients vanish, and long after that nothing is left."""
        self.resume()
        for transport in self.transports:
            transport.lose()
        for _ in range(5):
            await self.turn()
            self.pass_time(1000)
        if requests := [*self.tasks, *self.polls]:
            _, waiting = await asyncio.wait(requests, timeout=30)
            assert not waiting
        self.check()
        eio = self.eio
        assert self.link.state is links.GONE
        assert [*eio.sockets, *eio.wheel.slots, *eio.outbox.waiting, *eio.turns.waiting, *eio.departed.waiting] == []
        assert all(transport.protocol.carried is NOBODY for transport in self.transports)


async def live(upgraded: bool, story: list[tuple]):
    world = World(upgraded)
    for deed, *arguments in story:
        done = getattr(world, deed)(*arguments)
        if done:
            await done
        world.check()
    await world.finish()


@settings(derandomize=True, max_examples=700, deadline=None)
@given(st.booleans(), stories)
def test_nothing_is_left_half(upgraded, story):
    asyncio.run(live(upgraded, story))


@pytest.mark.parametrize("states", STATES)
def test_each_state_names_only_states_and_not_itself(states):
    for state in states:
        assert {each.name for each in states} - {state.name} >= state._followers


def test_a_step_that_no_state_allows_is_an_error():
    with pytest.raises(ImpossibleTransition, match="LinkState: from GONE to OPEN"):
        links.GONE.to(links.OPEN)
    assert links.OPEN.to(links.ENDED) is links.ENDED
