"""A minute of a sender that never stops, of rooms joined and left, and of real clients that are cut again and again.

What each client got is compared with what it should have got: all of it in order where it says that it was recovered.
"""

import asyncio
import random

import pytest

from engine.sockets.socket import Socket
from engine.testing.proxy import Proxy
from engine.tests.app import io
from engine.tests.clients.kinds import CARRIERS, Kind
from engine.tests.people import ANNA, BOB, CARL

SECONDS = 60
ROOMS = ("tea", "cake", "pie")
USERS = {person.id: person for person in (ANNA, BOB, CARL)}
DEVICES = [(person, f"{person.id}'s device {number}", carriers) for person in USERS.values()
           for number, carriers in enumerate(CARRIERS)]  # fmt: skip
pytestmark = [
    pytest.mark.slow,
    pytest.mark.may_take(180),
    pytest.mark.parametrize("kind", [Kind("socket.io-client", CARRIERS[1])], ids=str),
]


@pytest.fixture
def base_url(proxy):
    return proxy.url


class Talk:
    """What is sent to whom, by the pids of sockets: a client has the same one as long as it is recovered."""

    def __init__(self, chance: random.Random):
        self.chance, self.number = chance, 0
        self.rooms: dict[str, set[str]] = {user: set() for user in USERS}
        self.latest: dict[str, Socket] = {}
        """By device."""
        self.due: dict[str, list[int]] = {}
        self.recovered = 0

    async def connection(self, socket, user):
        if socket.recovered:
            self.recovered += 1
            assert socket.rooms == {io.user_room(user.id), *self.rooms[user.id]}
        for room in sorted(self.rooms[user.id]):
            await io.join(user.id, room)
        self.latest[socket.session_id] = socket

    def members(self) -> dict[str, tuple[str, set[str]]]:
        """By pid the ids and rooms of who is here, as they are, and of who is away, as they should be."""
        away = {socket.pid: (socket.id, {io.user_room(socket.user.id), *self.rooms[socket.user.id]})
                for socket in self.latest.values()}  # fmt: skip
        return away | {socket.pid: (socket.id, {*socket.rooms}) for socket in io.node.hub.everybody()}

    async def send(self):
        """Send something to somebody."""
        chance, members = self.chance, self.members()
        ids = [id for id, _ in members.values()]
        rooms = chance.sample([*ROOMS, *map(io.user_room, USERS), *ids], chance.randint(1, 3))
        skip = chance.choice([None, None, *ids])
        is_for_all = chance.random() < 0.1
        self.number += 1
        for pid, (id, own) in members.items():
            if is_for_all or ({id, *own} & set(rooms) and id != skip):
                self.due.setdefault(pid, []).append(self.number)
        if is_for_all:
            await io.broadcast("news", self.number)
        else:
            await io.send(rooms, "news", self.number, skip=skip)

    async def move(self):
        """Put somebody into a room, or take them out of it, or everybody."""
        user, room = self.chance.choice([*USERS]), self.chance.choice(ROOMS)
        if self.chance.random() < 0.1:
            for rooms in self.rooms.values():
                rooms.discard(room)
            await io.close(room)
        elif room in self.rooms[user]:
            self.rooms[user].discard(room)
            await io.leave(user, room)
        else:
            self.rooms[user].add(room)
            await io.join(user, room)

    async def go_on(self):
        while True:
            await (self.send if self.chance.random() < 0.8 else self.move)()
            await asyncio.sleep(0.01 * self.chance.random())

    async def cut(self, proxy: Proxy):
        """Cut one connection after another, at once or within what comes next; the server hears of it or not."""
        while True:
            await asyncio.sleep(0.3 * self.chance.random())
            if proxy.carried:
                carried = self.chance.choice([*proxy.carried])
                if self.chance.random() < 0.5:
                    carried.cut_after(self.chance.randint(0, 500))
                else:
                    carried.reset(tells_server=self.chance.random() < 0.5)


def heard(client) -> list[tuple[str, list[int]]]:
    """By connection, the pid of the socket and the news that came, those right before it was connected among them."""
    connections, news = [], []
    for event, *arguments in client.events:
        if event == "news":
            news.append(arguments[0])
        elif event == "pid":
            connections.append((arguments[0], news))
        elif event == "disconnect":
            news = []
    return connections


def joined(parts: list[list[int]]) -> list[int]:
    """What came in connections that continue each other, but for the one event that may come twice after a cut."""
    whole = []
    for part in parts:
        whole += part[1:] if whole and part and part[0] == whole[-1] else part
    return whole


async def test_nothing_is_missing_and_nothing_comes_twice(start, proxy, office, until, limits):
    # The stock client does not notice that its upgrade has failed in the end, but by a ping that does not come.
    limits(ping_interval_seconds=3, ping_timeout_seconds=3)
    talk = Talk(random.Random())
    io.node.services.connection = talk.connection
    clients = [
        await start(auth={"token": office.issue(person, session=device)}, transports=carriers, forgets=True,
                    reconnectionDelayMax=200)
        for person, device, carriers in DEVICES
    ]  # fmt: skip
    await until(lambda: len(talk.latest) == len(DEVICES))
    going = [asyncio.create_task(each) for each in (talk.go_on(), talk.cut(proxy))]
    await asyncio.wait(going, timeout=SECONDS, return_when=asyncio.FIRST_EXCEPTION)
    for task in going:
        assert task.cancel(), task.exception()
    await asyncio.wait(going)

    await io.broadcast("over")
    for client in clients:
        await client.received("over")
        connections = heard(client)
        pids = [pid for pid, _ in connections]
        for pid in dict.fromkeys(pids):
            got = joined([news for each, news in connections if each == pid])
            due = talk.due.get(pid, [])
            assert got == (due if pid == pids[-1] else due[: len(got)])
    assert talk.recovered > len(DEVICES)
