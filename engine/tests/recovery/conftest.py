"""Clients that come back, packet by packet, to an app whose tokens belong to sessions.

Of tests that run on two nodes, see two_nodes.py, the first client is on the second node, comes back to the first, again
to the second, and so on, while `io` speaks for the first.
"""

import secrets
from functools import partial
from itertools import cycle

import pytest

from engine.backplane.choice import backplane
from engine.backplane.redis import link, listening
from engine.limits import Limits
from engine.tests import people
from engine.tests.app import make_app, no_hook
from engine.tests.people import ANNA
from engine.tests.recovery.tab import Tab


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A Redis that a busy machine makes slow does not count as silent, for which clients would begin anew."""
    monkeypatch.setattr(link, "SILENT_TICKS", 40 * 20)
    monkeypatch.setattr(link, "DEAF_TICKS", 40 * 30)
    monkeypatch.setattr(listening, "ADMIT_SECONDS", 20.0)


@pytest.fixture
def office() -> people.Office:
    return people.Office()


@pytest.fixture
def make(io_loop, office, redis_url):
    accounts = people.Accounts()
    accounts.authenticate, accounts.ended = office.authenticate, office.ended_lately
    return partial(make_app, connection=no_hook, accounts=accounts, limits=Limits(ended_seconds=0.01),
                   backplane=backplane(redis_url, secrets.token_hex(4), people.Person))  # fmt: skip


@pytest.fixture
def app(io_loop, make):
    return make()


@pytest.fixture
def urls(base_url, beside):
    return cycle([beside.url, base_url] if beside else [base_url])


@pytest.fixture
def knows(nodes):
    """`knows(tab)` is whether any node has this connection."""
    return lambda tab: any(node.hub.accepted(tab.id) for node in nodes)


@pytest.fixture
def tab(wire, office, urls):
    """`tab = await tab()` is a connection of ANNA's, or of another's token."""

    async def tab(token: str | None = None) -> Tab:
        return await Tab(await wire(url=next(urls)), token or office.issue(ANNA)).connect()

    return tab


@pytest.fixture
def gone(until, knows):
    """`await gone(tab)` cuts a connection and returns once the server knows."""

    async def gone(tab: Tab) -> Tab:
        tab.cut()
        await until(lambda: not knows(tab))
        return tab

    return gone


@pytest.fixture
def back(wire, urls):
    """`tab = await back(tab)` comes back as its client does; with another token, pid or offset if given."""

    async def back(tab: Tab, **said) -> Tab:
        said = {"token": tab.token, "pid": tab.pid, "offset": tab.offset} | said
        return await Tab(await wire(url=next(urls)), said["token"]).connect(said["pid"], said["offset"])

    return back
