"""A minute of a sender that never stops, of rooms joined and left, and of real clients that are cut again and again.

What each client got is compared with what it should have got: all of it in order where it says that it was recovered.
"""

import asyncio
import random
from functools import partial
from typing import NamedTuple

import pytest

from engine.node import Node
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
    pytest.mark.contract,
    pytest.mark.may_take(180),
    pytest.mark.parametrize("kind", [Kind("socket.io-client", CARRIERS[1])], ids=str),
]


class Place(NamedTuple):
    """Where a socket is: its id and its rooms."""

    socket_id: str
    rooms: frozenset[str]


class Due(NamedTuple):
    """What a client should get; not `certain` if where its socket was has changed while it was on its way."""

    number: int
    certain: bool


class Talk:
    """What is sent to whom, by the pids of sockets: a client has the same one as long as it is recovered."""

    def __init__(self, nodes: list[Node]):
        self.chance, self.nodes, self.number = random.Random(), nodes, 0
        self.rooms: dict[str, set[str]] = {user: set() for user in USERS}
        self.changes = 0
        """How often a move has begun or ended, so that it is odd while one is under way."""
        self.latest: dict[str, Socket] = {}
        """By device."""
        self.due: dict[str, list[Due]] = {}
        self.recovered = 0

    async def connection(self, socket, user):
        if socket.recovered:
            self.recovered += 1
            await self.check_rooms(socket)
        for room in sorted(self.rooms[user.id]):
            await io.join(user.id, room)
        self.latest[socket.session_id] = socket

    async def check_rooms(self, socket):
        changes = self.changes
        await self.settled()
        if self.changes == changes and not changes % 2 and socket.ended is None:
            assert socket.rooms == {io.user_room(socket.user.id), *self.rooms[socket.user.id]}

    async def settled(self):
        """Return once all that was sent and done so far has come to each node."""
        for node in self.nodes if len(self.nodes) > 1 else ():
            await node.backplane.bus.link.call("PING")

    def places(self) -> dict[str, Place]:
        """By pid where everybody is who is here, and where those should be who are away."""
        away = {socket.pid: Place(socket.id, frozenset({io.user_room(socket.user.id), *self.rooms[socket.user.id]}))
                for socket in self.latest.values()}  # fmt: skip
        here = {socket.pid: Place(socket.id, frozenset(socket.rooms))
                for node in self.nodes for socket in node.hub.everybody()}  # fmt: skip
        return away | here

    async def send(self):
        """Send something to somebody, from any node."""
        chance, before, changes = self.chance, self.places(), self.changes
        chance.choice(self.nodes).run_here()
        ids = [place.socket_id for place in before.values()]
        rooms = chance.sample([*ROOMS, *map(io.user_room, USERS), *ids], chance.randint(1, 3))
        skip, to_all = chance.choice([None, None, *ids]), chance.random() < 0.1
        self.number += 1
        await (io.broadcast("news", self.number) if to_all else io.send(rooms, "news", self.number, skip=skip))
        await self.settled()

        def reached(places: dict[str, Place]) -> set[str]:
            return {pid for pid, (socket_id, own) in places.items()
                    if to_all or ({socket_id, *own} & {*rooms} and socket_id != skip)}  # fmt: skip

        after, moved = self.places(), self.changes != changes or changes % 2
        certain = set() if moved else reached(before) & reached(after)
        for pid in before | after if moved else reached(before) | reached(after):
            self.due.setdefault(pid, []).append(Due(self.number, pid in certain))

    async def move(self):
        """Put somebody into a room, or take them out of it, or everybody, from any node."""
        user, room = self.chance.choice([*USERS]), self.chance.choice(ROOMS)
        self.chance.choice(self.nodes).run_here()
        self.changes += 1
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
        await self.settled()
        self.changes += 1

    async def cut(self, proxies: list[Proxy], ports: list[int]):
        """Cut a connection, at once or within what comes next; the server hears of it or not.

        The client then comes to any node.
        """
        proxy = self.chance.choice(proxies)
        if proxy.carried:
            carried = self.chance.choice([*proxy.carried])
            if self.chance.random() < 0.5:
                carried.cut_after(self.chance.randint(0, 500))
            else:
                carried.reset(tells_server=self.chance.random() < 0.5)
            proxy.target = self.chance.choice(ports)

    async def go_on(self, do, seconds: float):
        """Do it again and again, so many seconds apart at most."""
        loop = asyncio.get_running_loop()
        until = loop.time() + SECONDS
        while loop.time() < until:
            await do()
            await asyncio.sleep(seconds * self.chance.random())


@pytest.fixture
def proxies(io_loop, http_port):
    """One for each device."""
    proxies = [Proxy(http_port) for _ in DEVICES]
    for proxy in proxies:
        io_loop.run_sync(proxy.open)
    yield proxies
    for proxy in proxies:
        proxy.close()


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


async def test_nothing_is_missing_and_nothing_comes_twice(
    start, proxies, office, until, nodes, hook, beside, http_port
):
    talk = Talk(nodes)
    hook(talk.connection)
    for node in nodes:
        # The stock client does not notice that its upgrade has failed in the end, but by a ping that does not come.
        node.limits.ping_interval_seconds = node.limits.ping_timeout_seconds = 3
    clients = [
        await start(url=proxy.url, auth={"token": office.issue(person, session=device)}, transports=carriers,
                    forgets=True, reconnectionDelayMax=200)
        for proxy, (person, device, carriers) in zip(proxies, DEVICES, strict=True)
    ]  # fmt: skip
    await until(lambda: len(talk.latest) == len(DEVICES))
    ports = [http_port, *([int(beside.url.rpartition(":")[2])] if beside else [])]
    await asyncio.gather(
        talk.go_on(talk.send, 0.01),
        talk.go_on(talk.move, 0.05),
        talk.go_on(partial(talk.cut, proxies, ports), 0.3),
    )

    # Again and again, for who is not recovered in the end has missed it.
    ending = asyncio.create_task(talk.go_on(partial(io.broadcast, "over"), 1))
    for client in clients:
        await client.received("over")
    ending.cancel()
    for client in clients:
        connections = heard(client)
        pids = [pid for pid, _ in connections]
        for pid in dict.fromkeys(pids):
            got, due = joined([news for each, news in connections if each == pid]), talk.due.get(pid, [])
            assert got == [number for number, _ in due if number in set(got)]
            last = talk.number if pid == pids[-1] else max(got, default=0)
            assert not [number for number, certain in due if certain and number <= last and number not in set(got)]
    print(
        "STAT",
        talk.number,
        talk.changes,
        talk.recovered,
        sum(len(dict.fromkeys(p for p, _ in heard(c))) for c in clients),
        sum(len(heard(c)) for c in clients),
        sum(map(len, talk.due.values())),
        sum(c for d in talk.due.values() for _, c in d),
    )
    assert talk.recovered > len(DEVICES)
    assert sum(certain for due in talk.due.values() for _, certain in due) > talk.number
