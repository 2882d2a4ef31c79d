"""Whatever clients, the app and time do, in whatever order, no state is left half, and in the end nothing is left."""

import asyncio
import logging
import math
from contextlib import suppress
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.endings import FOR_GOOD, Ending
from engine.errors import NotConnected, Refused, Unavailable
from engine.io import IO
from engine.limits import Limits
from engine.names import user_room
from engine.node import Node
from engine.sockets.handlers import Handlers
from engine.tests.people import Access, Ended
from engine.tests.virtual import Loop, Peer, Poller
from engine.transport.handshake import Handshake
from engine.transport.upgrade import carry, probe
from engine.wire.engineio3 import ENGINEIO3
from engine.wire.engineio4 import ENGINEIO4

USERS = ("anna", "bert")
ROOMS = ("tea", "cake")
TOKENS = strategies.sampled_from(["anna", "anna", "anna", "bert", "bert", "bad", "away", "slow"])
MOSTLY = strategies.sampled_from([True, True, True, False])
LIMITS = Limits(backlog_bytes=20_000, volatile_bytes=5_000, events_per_second=20, events_waiting=4, rooms=2)
PACKETS = strategies.sampled_from([
    '42["echo",1]', '421["echo",1]', '421["wait"]', '42["wait"]', '421["raise"]', '42["leave"]', '422["ask"]',
    '421["unknown"]', '42/chat,["echo",1]', '421["token:renew",{"token":"anna"}]', "431[1]", "432[]",
    '421["token:renew",{"token":"slow"}]', "41", "41/chat,", "40/chat,", "3", "2", "6", "1", "x", "", "4", "49",
    '42["connect"]', "2probe", "5", '451-["echo",{"_placeholder":true,"num":0}]', "bAA==",
])  # fmt: skip
SOON = strategies.sampled_from([0.1, 0.6, 1.0, 6.0, 11.0, 26.0, 46.0])


class Accounts:
    """Answers at once, never, or when `release` says so."""

    def __init__(self):
        self.slow: list[asyncio.Future] = []
        self.over: list[Ended] = []

    async def authenticate(self, token):
        if token == "slow":
            self.slow.append(asyncio.get_running_loop().create_future())
            await self.slow[-1]
            token = "anna"
        if token == "away":
            raise Unavailable
        if token not in USERS:
            raise Refused("token_invalid", "The token is not valid")
        return Access(SimpleNamespace(id=token), "laptop", math.inf)

    async def ended(self):
        over, self.over = self.over, []
        return over

    async def available(self):
        return True


class Life(RuleBasedStateMachine):
    """A node, its clients and its app."""

    def __init__(self):
        super().__init__()
        self.loop = Loop()
        asyncio.set_event_loop(self.loop)
        self.accounts, self.io, self.clients, self.waiting = Accounts(), IO(), [], []
        self.events, self.hooks = self.io.events, []
        self.connected, self.disconnected, self.over = [], [], False
        self.do(self.begin)

    def begin(self):
        self.node = self.io._first = Node(
            limits=LIMITS, accounts=self.accounts, connection=self.connection, events=self.register(), db=None,
            answers={},
        )  # fmt: skip
        self.node.server.on("say", lambda sid: None, namespace="/chat")

    def do(self, function, *arguments):
        """Call it within the loop, and let happen what comes of it."""

        async def call():
            function(*arguments)

        self.loop.run_until_complete(call())
        self.loop.settle()

    def spawn(self, coroutine):
        """As `do`, for what waits; that it raises is fine."""

        async def quietly():
            with suppress(ValueError, TimeoutError, NotConnected):
                await coroutine

        self.do(lambda: self.waiting.append(asyncio.ensure_future(quietly())))

    # The app.

    async def connection(self, socket, user):
        self.connected.append(socket.id)
        how = self.hooks.pop() if self.hooks else None
        await self.io.join(user.id, "tea")
        if how == "fail":
            raise LookupError
        if how == "wait":
            await self.stuck()
            await socket.join("cake")

    async def stuck(self):
        if self.over:
            return
        self.waiting.append(asyncio.get_running_loop().create_future())
        await self.waiting[-1]

    def register(self) -> Handlers:
        on = self.events.on

        @on("echo")
        async def echo(socket, payload):
            await self.io.send("tea", "said", payload)
            return payload

        @on("wait")
        async def wait(socket, payload):
            await self.stuck()

        @on("raise")
        async def raising(socket, payload):
            raise LookupError

        @on("leave")
        async def leave(socket, payload):
            await socket.disconnect()

        @on("ask")
        async def ask(socket, payload):
            return await socket.request("question")

        @on("disconnect")
        async def disconnect(socket, reason):
            assert user_room(socket.user_id) in socket.rooms
            self.disconnected.append(socket.id)

        return self.events

    # Clients come.

    @initialize()
    def somebody_is_here(self):
        self.come_by_websocket("anna", ENGINEIO4, True)
        self.come_polling("bert", True)

    @rule(token=TOKENS, revision=strategies.sampled_from([ENGINEIO4, ENGINEIO4, ENGINEIO3]), connects=MOSTLY)
    def come_by_websocket(self, token, revision, connects):
        handshake = Handshake("127.0.0.1", token, revision=revision)
        self.do(lambda: self.clients.append(Peer(self.node.eio, partial(carry, self.node.eio, handshake))))
        if connects:
            self.do(self.clients[-1].send, "40")

    @rule(token=TOKENS, connects=MOSTLY)
    def come_polling(self, token, connects):
        self.do(lambda: self.clients.append(Poller(self.node.eio.open(Handshake("127.0.0.1", token)))))
        if connects:
            self.do(self.clients[-1].send, "40")
            self.do(self.clients[-1].poll)

    @precondition(lambda self: self.pollers())
    @rule(data=strategies.data())
    def upgrade(self, data):
        poller = data.draw(strategies.sampled_from(self.pollers()))
        steps = data.draw(strategies.sampled_from([[], ["2probe"], ["2probe", "5"], ["2probe", "x"], ["5"]]))
        if not poller.link.closed and not poller.polling.probe:
            self.do(lambda: self.clients.append(Peer(self.node.eio, partial(probe, poller.link, poller.polling))))
            for step in steps:
                self.do(self.clients[-1].send, step)

    # Clients do something.

    @precondition(lambda self: self.clients)
    @rule(data=strategies.data(), token=TOKENS, namespace=strategies.sampled_from(["", "/chat,"]))
    def connect(self, data, token, namespace):
        client = data.draw(strategies.sampled_from(self.clients))
        self.do(client.send, f'40{namespace}{{"token":"{token}"}}')

    @precondition(lambda self: self.clients)
    @rule(
        data=strategies.data(),
        packet=PACKETS,
        times=strategies.sampled_from([1, 1, 1, 10, 60]),
    )
    def send(self, data, packet, times):
        client = data.draw(strategies.sampled_from(self.clients))
        self.do(lambda: [client.send(packet) for _ in range(times)])

    @precondition(lambda self: self.peers())
    @rule(
        data=strategies.data(),
        action=strategies.sampled_from(["close", "leave", "reset", "read", "not read", "no frame"]),
    )
    def as_a_peer(self, data, action):
        peer = data.draw(strategies.sampled_from(self.peers()))
        actions = {
            "close": peer.close, "leave": peer.leave, "reset": peer.reset, "read": partial(peer.read, True),
            "not read": partial(peer.read, False), "no frame": partial(peer.send_bytes, b"\xff\xff"),
        }  # fmt: skip
        self.do(actions[action])

    @precondition(lambda self: self.pollers())
    @rule(data=strategies.data(), action=strategies.sampled_from(["poll", "poll", "abort"]))
    def as_a_poller(self, data, action):
        self.do(getattr(data.draw(strategies.sampled_from(self.pollers())), action))

    def peers(self) -> list[Peer]:
        return [each for each in self.clients if isinstance(each, Peer) and not each.gone]

    def pollers(self) -> list[Poller]:
        return [each for each in self.clients if isinstance(each, Poller) and not each.gone]

    # The app does something.

    @rule(
        user=strategies.sampled_from(USERS),
        room=strategies.sampled_from(ROOMS),
        call=strategies.sampled_from(["join", "leave"]),
    )
    def move(self, user, room, call):
        self.spawn(getattr(self.io, call)(user, room))

    @rule(room=strategies.sampled_from([*ROOMS, "user::anna"]), size=strategies.sampled_from([1, 6_000, 30_000]))
    def send_to_a_room(self, room, size):
        self.spawn(self.io.send(room, "news", "x" * size, volatile=size == 1))

    @rule(room=strategies.sampled_from(ROOMS))
    def close_a_room(self, room):
        self.spawn(self.io.close(room))

    @rule(user=strategies.sampled_from(USERS))
    def throw_out(self, user):
        self.spawn(self.io.disconnect(user))

    @rule(user=strategies.sampled_from(USERS))
    def ask(self, user):
        self.spawn(self.io.request(user, "question", timeout=2))

    @rule(user=strategies.sampled_from(USERS), role=strategies.booleans())
    def take_rights_away(self, user, role):
        self.accounts.over.append(Ended(user, None if role else "laptop", "Enough.", "role" if role else "revoked"))
        self.loop.advance(1)

    @precondition(lambda self: self.node.eio.sockets)
    @rule(data=strategies.data(), ending=strategies.sampled_from([each for each in Ending if not each.is_(FOR_GOOD)]))
    def close_a_link(self, data, ending):
        link = data.draw(strategies.sampled_from(list(self.node.eio.sockets.values())))
        self.do(link.close, ending)

    @precondition(lambda self: self.node.hub.everybody())
    @rule(data=strategies.data())
    def expire(self, data):
        socket = data.draw(strategies.sampled_from(list(self.node.hub.everybody())))
        self.do(socket.close, Ending.EXPIRED)

    @rule(how=strategies.sampled_from(["fail", "wait"]))
    def the_next_hook(self, how):
        self.hooks.append(how)

    @precondition(lambda self: self.waiting or self.accounts.slow)
    @rule()
    def go_on(self):
        self.do(self.release)

    def release(self):
        for each in [*self.waiting, *self.accounts.slow]:
            if not each.done() and not isinstance(each, asyncio.Task):
                each.set_result(None)
        self.accounts.slow.clear()

    # Time passes.

    @rule(seconds=SOON)
    def wait(self, seconds):
        self.loop.advance(seconds)

    # What is so at any time.

    @invariant()
    def nothing_went_wrong(self):
        requests = [each for client in self.clients if isinstance(client, Poller) for each in client.requests]
        failed = [each for each in requests if each.done() and not each.cancelled() and each.exception()]
        assert (self.loop.wrong, failed) == ([], [])

    @invariant()
    def rooms_and_their_members_know_of_each_other(self):
        hub = self.node.hub
        for namespace, rooms in hub.rooms.items():
            for room, members in rooms.items():
                assert members, room
                assert all(room in each.rooms and hub.accepted(each.id, namespace) is each for each in members)
        for namespace in hub.namespaces():
            for socket in hub.everybody(namespace):
                assert user_room(socket.user_id) in socket.rooms
                assert all(socket in hub.rooms[namespace][room] for room in socket.rooms)

    @invariant()
    def only_the_sockets_of_open_links_are_listed(self):
        listed = {each for namespace in self.node.hub.namespaces() for each in self.node.hub.everybody(namespace)}
        of_links = {each for link in self.links() for each in link.client.sockets.values()}
        assert listed == of_links
        assert all(each.ended is None for each in listed)

    @invariant()
    def who_has_ended_is_looked_after_no_more(self):
        items = {item for items in self.node.eio.wheel.slots.values() for item in items}
        assert all(item.slot is not None for item in items)
        assert items >= set(self.links())

    def links(self) -> list:
        return [link for link in self.node.eio.sockets.values() if not link.closed]

    # How it ends.

    def teardown(self):
        self.over = True
        try:
            self.do(self.release)
            for _ in range(25):
                # Everybody is silent by now, and after a while may not even come back.
                self.loop.advance(12)
                self.do(self.release)
            self.nothing_went_wrong()
            self.nothing_is_left()
            assert sorted(self.disconnected) == sorted(set(self.disconnected))
            assert set(self.connected) <= set(self.disconnected)
        finally:
            self.end_loop()

    def nothing_is_left(self):
        node, services = self.node, self.node.services
        eio = node.eio
        found = {
            "links": eio.sockets, "websockets": eio.websockets, "rooms": any(node.hub.rooms.values()),
            "sockets": any(node.hub.sockets.values()), "held": node.hub.held, "tasks": set(services.tasks),
            "unfinished": set(services.unfinished), "hooks": services.hooks.by_socket,
            "handshakes": services.admissions.begun, "thrown out": services.admissions.thrown_out,
            "deadlines": eio.wheel.slots, "timer": eio.wheel.timer, "to write": eio.outbox.waiting,
            "to read": eio.turns.waiting, "to end": eio.departed.waiting,
        }  # fmt: skip
        assert {name: what for name, what in found.items() if what} == {}

    def end_loop(self):
        left = [task for task in asyncio.all_tasks(self.loop) if not task.done()]
        for task in left:
            task.cancel()
        self.loop.settle()
        self.loop.close()
        asyncio.set_event_loop(None)
        assert not left


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    """Thousands of lines about what clients and hooks do wrong help nobody."""
    monkeypatch.setattr(logging.getLogger("realtime"), "disabled", True)


def test_whatever_happens_to_links():
    run_state_machine_as_test(Life, settings=settings(deadline=None, suppress_health_check=list(HealthCheck)))
