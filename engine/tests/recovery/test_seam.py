"""Between what is replayed and what comes live there is neither gap nor double, wherever a connection is cut."""

import asyncio
import math
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from engine.backplane.redis.backplane import RedisBackplane
from engine.io import IO
from engine.limits import Limits
from engine.names import user_room
from engine.node import Node
from engine.testing.redis_server import RedisServer
from engine.tests.people import Access, Person
from engine.tests.recovery.stock import Stock
from engine.tests.recovery.virtual_redis import RedisLoop, VirtualRedis

USERS, ROOMS = ("anna", "bert"), ("tea", "cake")
WINDOW_SECONDS = 120
TO = st.sampled_from([*ROOMS, *map(user_room, USERS)])
SENDS, MEANWHILE = st.lists(TO, max_size=3), st.lists(st.tuples(TO, st.integers(0, 8)), max_size=6)
"""To whom, and how many turns of the loop later."""
WHO, SIZES = st.integers(0, 1), st.integers(1, 200)


class Talk(RuleBasedStateMachine):
    """A node, or two with a `server` for them, two clients that are cut again and again, and a sender that never stops.

    Whoever comes to two nodes is let in by several questions to Redis, and meanwhile more is sent.
    """

    server: RedisServer | None = None

    def __init__(self):
        super().__init__()
        self.loop = RedisLoop()
        asyncio.set_event_loop(self.loop)
        self.io, self.number, self.members = IO(), 0, {user: set() for user in USERS}
        self.during: list = []
        self.expected: dict[str, list[int]] = {user: [] for user in USERS}
        self.ids: dict[str, str] = {}
        self.loop.redis = VirtualRedis(self.server) if self.server else None
        self.do(self.begin)
        self.clients = [Stock(self.nodes[-1].eio, user) for user in USERS]
        for client in self.clients:
            self.do(client.come)
            client.read()

    async def begin(self):
        self.nodes = [self.node() for _ in range(2 if self.server else 1)]
        self.io._first = self.nodes[0]
        for node in self.nodes:
            await node.start()

    def node(self) -> Node:
        options = {}
        if self.server:
            place = {"address": self.loop.redis, "prefix": f"talk{id(self)}", "user_type": Person}
            options["backplane"] = partial(RedisBackplane, **place)
        return Node(
            limits=Limits(recovery_seconds=WINDOW_SECONDS), accounts=self, connection=self.connection,
            events=self.io.events, db=None, answers={}, **options,
        )  # fmt: skip

    def do(self, function, *arguments):
        async def call():
            answer = function(*arguments)
            if asyncio.iscoroutine(answer):
                await answer

        self.loop.complete(call())

    # The app.

    async def authenticate(self, token):
        for step in self.during:
            await asyncio.sleep(0)
            await step()
        self.during = []
        return Access(Person(token), "laptop", math.inf)

    async def ended(self):
        return []

    async def available(self):
        return True

    async def connection(self, socket, user):
        self.ids[user.id] = socket.id
        if not socket.recovered:
            self.expected[user.id] = []
        for room in sorted(self.members[user.id]):
            await self.io.join(user.id, room)

    async def send(self, rooms, as_text=False, skip=None, everybody=False):
        self.number += 1
        self.io._first = self.nodes[self.number % len(self.nodes)]
        payload = str(self.number) if as_text else self.number
        for user in USERS:
            if (everybody or {user_room(user), *self.members[user]} & set(rooms)) and skip != user:
                self.expected[user].append(self.number)
        if everybody:
            await self.io.broadcast("news", payload)
        else:
            await self.io.send(rooms, "news", payload, skip=self.ids[skip] if skip else None)

    async def move(self, user, room):
        if room in self.members[user]:
            self.members[user].discard(room)
            await self.io.leave(user, room)
        else:
            self.members[user].add(room)
            await self.io.join(user, room)

    # What happens.

    @rule(rooms=st.lists(st.sampled_from([*ROOMS, *map(user_room, USERS)]), min_size=1), as_text=st.booleans(),
          skip=st.sampled_from([None, None, None, *USERS]))  # fmt: skip
    def something_is_sent(self, rooms, as_text, skip):
        self.do(self.send, rooms, as_text, skip)

    @rule()
    def everybody_is_sent_something(self):
        self.do(self.send, [], False, None, True)

    @rule(user=st.sampled_from(USERS), room=st.sampled_from(ROOMS))
    def somebody_joins_or_leaves(self, user, room):
        self.do(self.move, user, room)

    @rule(who=WHO, size=SIZES)
    def a_client_reads_a_little(self, who, size):
        if self.clients[who].peer:
            self.do(self.clients[who].read, size)

    @rule(who=WHO, size=SIZES, tells_server=st.booleans())
    def a_client_is_cut(self, who, size, tells_server):
        client = self.clients[who]
        if client.peer:
            self.do(client.read, size)
            self.do(client.cut, tells_server)

    @rule(who=WHO, where=WHO, sends=SENDS, moves=st.booleans(), meanwhile=MEANWHILE)
    def a_client_comes_back(self, who, where, sends, moves, meanwhile):
        client = self.clients[who]
        if client.peer is None:
            client.eio = self.nodes[where % len(self.nodes)].eio
            self.during = [lambda room=room: self.send([room]) for room in sends]
            if moves:
                self.during.insert(1, lambda: self.move(client.token, "tea"))
            self.do(self.come, client, meanwhile)

    async def come(self, client, meanwhile):
        client.come()
        # Who begins anew gets some of it, nobody knows what.
        if self.server and client.has_position:
            for room, turns in meanwhile:
                for _ in range(turns):
                    await asyncio.sleep(0)
                await self.send([room])

    @precondition(lambda self: all(client.connected for client in self.clients))
    @rule(seconds=st.integers(1, 24))
    def time_goes_by(self, seconds):
        for _ in range(seconds):
            self.loop.advance(1)
            for client in self.clients:
                self.do(client.read)

    @rule(who=WHO)
    def a_client_has_read_all(self, who):
        """Then it has what it should have."""
        client = self.clients[who]
        if client.peer:
            self.do(client.read)
            if client.connected:
                assert client.news == self.expected[client.token]

    def teardown(self):
        try:
            for who, client in enumerate(self.clients):
                if client.peer is None:
                    self.a_client_comes_back(who, 0, ["tea"], True, [("tea", 3), ("cake", 5)])
                self.a_client_has_read_all(who)
            assert not self.loop.wrong
        finally:
            for node in self.nodes:
                self.do(node.backplane.stop)
            if self.loop.redis:
                self.loop.redis.close()
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.settle()
            self.loop.close()
            asyncio.set_event_loop(None)


@pytest.mark.parametrize("nodes", [1, 2], ids=["one node", "two nodes"])
def test_nothing_is_missing_and_nothing_comes_twice(nodes, request, monkeypatch):
    monkeypatch.setattr(Talk, "server", request.getfixturevalue("redis") if nodes == 2 else None)
    run_state_machine_as_test(Talk, settings=settings(deadline=None, suppress_health_check=list(HealthCheck)))
