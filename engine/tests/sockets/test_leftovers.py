"""However a handshake, a hook, a handler, a question or a renewal ends with its client, no cycle is left of it.

What is left counts of any kind that the engine has; the garbage collector, which comes seldom, does not help here.
"""

import asyncio
import gc
import logging
from collections import Counter
from contextlib import contextmanager, suppress

import pytest
import socketio

from engine.endings import Ending
from engine.errors import EventError, NotConnected, Unavailable
from engine.limits import Limits
from engine.tests.app import io
from engine.tests.people import ANNA, authenticate
from engine.tests.transport import raw
from engine.transport import websocket


def left() -> Counter:
    """How many objects of the engine's own classes are there, by class."""
    kinds = (type(each) for each in gc.get_objects())
    return Counter(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds if is_ours(kind))


def is_ours(kind: type) -> bool:
    module = str(kind.__module__)  # of Cython's own types it is no str
    return module.startswith("engine.") and not module.startswith("engine.test")


@contextmanager
def no_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.fixture
def nothing_left(http_server, monkeypatch, limits, until):
    """`await nothing_left(before)` waits until of all that came since nothing is there any more."""
    monkeypatch.setattr(websocket, "CLOSING_SECONDS", 0.05)
    # pytest keeps what is logged, and with a traceback all that it hangs on.
    monkeypatch.setattr(logging.getLogger("realtime"), "disabled", True)
    limits(refused_seconds=0.05, connect_seconds=0.3)

    async def nothing_left(before: Counter):
        eio, services = io.server.eio, io.node.services
        await until(lambda: not (eio.sockets or eio.websockets or services.tasks or services.unfinished))
        with suppress(TimeoutError):
            await until(lambda: not left() - before)
        assert left() - before == Counter()

    return nothing_left


@pytest.fixture
def bounds() -> Limits:
    """Nobody may come back, for whom something would be left."""
    return Limits(refused_seconds=0.05, recovery_seconds=0)


@pytest.fixture
def open_(http_port, http_server):
    """`websocket = await open_()` is one with an Engine.IO session; `await open_("anna")` is connected to `/`."""
    opened = []

    async def open_(user: str | None = None):
        opened.append(await raw.WebSocket.open(http_port))
        await opened[-1].receive()
        if user:
            opened[-1].send(connecting(user))
            assert (await opened[-1].receive()).startswith("40")
        return opened[-1]

    yield open_
    for each in opened:
        each.connection.close()


def connecting(user: str, namespace: str = "") -> str:
    return f'40{namespace}{{"token":"{user}"}}'


class Stuck:
    """Something of the app that begins and does not end."""

    def __init__(self):
        self.begun = asyncio.Event()

    async def __call__(self, *arguments):
        self.begun.set()
        await asyncio.Event().wait()


async def raising(*arguments):
    raise LookupError


async def rejecting(*arguments):
    raise socketio.exceptions.ConnectionRefusedError("Not you.")


async def unavailable(token):
    raise Unavailable


def only_link():
    (link,) = io.server.eio.sockets.values()
    return link


def leave(client):
    client.connection.close()


@pytest.mark.parametrize("answer", [raising, unavailable])
async def test_of_a_handshake_that_cannot_be_decided(open_, nothing_left, answer):
    io.node.services.accounts.authenticate = answer
    with no_collector():
        before = left()
        client = await open_()
        client.send(connecting("anna"))
        await client.closed()
        await nothing_left(before)


@pytest.mark.parametrize("packet", [connecting("nobody"), "40", '40{"token":7}', "40/nowhere,"])
async def test_of_a_handshake_that_is_refused(open_, nothing_left, packet):
    with no_collector():
        before = left()
        client = await open_()
        client.send(packet)
        await client.closed()
        await nothing_left(before)


@pytest.mark.parametrize("answer", [raising, rejecting])
async def test_of_a_handshake_that_a_handler_refuses(open_, nothing_left, answer):
    io.server.on("connect", answer, namespace="/chat")
    with no_collector():
        before = left()
        client = await open_("anna")
        client.send(connecting("anna", "/chat,"))
        assert (await client.receive()).startswith("44/chat,")
        leave(client)
        await nothing_left(before)


async def test_of_a_client_that_leaves_in_its_handshake(open_, nothing_left):
    stuck = io.node.services.accounts.authenticate = Stuck()
    with no_collector():
        before = left()
        client = await open_()
        client.send(connecting("anna"))
        await stuck.begun.wait()
        leave(client)
        await nothing_left(before)


async def test_of_one_who_is_thrown_out_in_their_handshake(open_, nothing_left):
    go = asyncio.Event()

    async def slow(token):
        await go.wait()
        return await authenticate(token)

    io.node.services.accounts.authenticate = slow
    with no_collector():
        before = left()
        client = await open_()
        client.send(connecting("anna"))
        await asyncio.sleep(0.02)
        await io.disconnect("anna")
        go.set()
        await client.closed()
        await nothing_left(before)


async def test_of_a_client_that_leaves_while_its_hook_runs(open_, nothing_left, hook):
    stuck = hook(Stuck())
    with no_collector():
        before = left()
        client = await open_("anna")
        await stuck.begun.wait()
        client.send('421["step"]')
        leave(client)
        await nothing_left(before)


async def test_of_a_hook_that_fails(open_, nothing_left, hook):
    hook(raising)
    with no_collector():
        before = left()
        await (await open_("anna")).closed()
        await nothing_left(before)


@pytest.mark.parametrize("end", [leave, lambda client: io.node.disconnect("anna", "Enough.")])
async def test_of_a_client_that_ends_while_its_events_are_handled(open_, nothing_left, end):
    begun, go = asyncio.Event(), asyncio.Event()

    @io.on("step")
    async def step(socket, payload):
        begun.set()
        await go.wait()

    with no_collector():
        before = left()
        client = await open_("anna")
        client.send(*['421["step"]'] * 50)
        await begun.wait()
        end(client)
        await asyncio.sleep(0.01)
        go.set()
        leave(client)
        await nothing_left(before)


async def test_of_handlers_that_raise(open_, nothing_left):
    @io.on("wrong")
    async def wrong(socket, payload):
        raise EventError("WrongError", "Wrong.")

    @io.on("disconnect")
    async def disconnect(socket, reason):
        raise LookupError

    io.on("raising")(raising)
    with no_collector():
        before = left()
        client = await open_("anna")
        for event in ("wrong", "raising", "unknown"):
            assert "error" in (await client.call(event))[0]
        leave(client)
        await nothing_left(before)


@pytest.mark.parametrize("answer", ["431[1]", None])
async def test_of_a_question_that_is_answered_or_not(open_, nothing_left, answer):
    with no_collector():
        before = left()
        client = await open_("anna")
        asking = asyncio.ensure_future(io.request("anna", "question", timeout=0.05))
        assert await client.receive() == '421["question"]'
        if answer:
            client.send(answer)
        with suppress(TimeoutError):
            assert await asking == 1
        leave(client)
        del asking
        await nothing_left(before)


async def test_of_a_question_whose_client_leaves(open_, nothing_left):
    with no_collector():
        before = left()
        client = await open_("anna")
        asking = asyncio.ensure_future(io.request("anna", "question"))
        await client.receive()
        leave(client)
        with pytest.raises(NotConnected):
            await asking
        del asking
        await nothing_left(before)


@pytest.mark.parametrize("renewed", [True, False])
async def test_of_a_renewal(open_, nothing_left, office, renewed):
    first, second = office.issue(ANNA, 100), office.issue(ANNA, 200)
    with no_collector():
        before = left()
        client = await open_(first)
        if not renewed:
            stuck = io.node.services.accounts.authenticate = Stuck()
        client.send(f'421["token:renew",{{"token":"{second}"}}]')
        await (client.receive() if renewed else stuck.begun.wait())
        leave(client)
        await nothing_left(before)


async def test_of_one_who_floods(open_, nothing_left, until, limits):
    limits(events_per_second=1)
    with no_collector():
        before = left()
        client = await open_("anna")
        client.send(*['421["step"]'] * 10)
        await until(lambda: only_link().carrier.paused)
        only_link().close(Ending.DRAIN)
        await client.closed()
        await nothing_left(before)


async def test_of_one_who_leaves_several_namespaces(open_, nothing_left):
    io.server.on("say", lambda sid: None, namespace="/chat")
    with no_collector():
        before = left()
        client = await open_("anna")
        for _ in range(2):
            client.send(connecting("anna", "/chat,"))
            assert (await client.receive()).startswith("40/chat,")
            client.send("41/chat,")
        client.send("41")
        await client.closed()
        await nothing_left(before)
