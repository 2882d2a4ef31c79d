"""Clients that come back, packet by packet, to an app whose tokens belong to sessions."""

import json
from functools import partial

import pytest

from engine.limits import Limits
from engine.testing.wire import Wire
from engine.tests import people
from engine.tests.app import io, make_app, no_hook
from engine.tests.people import ANNA

HOOK_DONE = "done?"


class Tab:
    """One connection. `pid` and `offset` are what its client would say to come back, `recovered` whether it has."""

    def __init__(self, wire: Wire, token: str):
        self.wire, self.token = wire, token
        self.pid = self.id = None
        self.recovered = False
        self.events: list = []

    async def connect(self, pid: object = None, offset: object = None) -> "Tab":
        """CONNECT, by what is known of another connection if there was one. Keeps what comes before the answer."""
        auth = {"token": self.token} | ({} if pid is None else {"pid": pid, "offset": offset})
        packet = await self.wire.join(auth=auth)
        while not packet.startswith("40"):
            assert packet.startswith("42")
            self.events.append(tuple(json.loads(packet[2:])))
            packet = await self.wire.read()
        answer = json.loads(packet[2:])
        self.id, self.pid = answer["sid"], answer.get("pid")
        self.recovered = pid is not None and self.pid == pid
        await self.settle()
        return self

    async def settle(self) -> list:
        """All events that have come, once connection() and what the server has sent by now is done."""
        await self.wire.send(f'420["{HOOK_DONE}"]')
        while not (packet := await self.wire.read()).startswith("430"):
            self.events.append(tuple(json.loads(packet[2:])))
        return self.events

    @property
    def offset(self) -> str | None:
        return self.wire.offset

    def cut(self):
        """The network is gone."""
        self.wire.connection.stream.close()


@pytest.fixture
def office() -> people.Office:
    return people.Office()


@pytest.fixture
def make(office):
    accounts = people.Accounts()
    accounts.authenticate, accounts.ended = office.authenticate, office.ended_lately
    return partial(make_app, connection=no_hook, accounts=accounts, limits=Limits(ended_seconds=0.01))


@pytest.fixture
def app(io_loop, make):
    return make()


@pytest.fixture
def hook(app):
    """`@hook` makes a function the connection() of the app."""

    def hook(function):
        io.node.services.connection = function
        return function

    return hook


@pytest.fixture
def tab(wire, office):
    """`tab = await tab()` is a connection of ANNA's, or of another's token."""

    async def tab(token: str | None = None) -> Tab:
        return await Tab(await wire(), token or office.issue(ANNA)).connect()

    return tab


@pytest.fixture
def gone(until):
    """`await gone(tab)` cuts a connection and returns once the server knows."""

    async def gone(tab: Tab) -> Tab:
        tab.cut()
        await until(lambda: io.node.hub.accepted(tab.id) is None)
        return tab

    return gone


@pytest.fixture
def back(wire):
    """`tab = await back(tab)` comes back as its client does; with another token, pid or offset if given."""

    async def back(tab: Tab, **said) -> Tab:
        said = {"token": tab.token, "pid": tab.pid, "offset": tab.offset} | said
        return await Tab(await wire(), said["token"]).connect(said["pid"], said["offset"])

    return back
