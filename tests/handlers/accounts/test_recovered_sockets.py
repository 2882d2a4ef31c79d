"""Who comes back to what they missed has to be let in as ever, and what they come back by ends with their session."""

import json
from functools import partial

import pytest

from models.__main__ import COMMANDS, perform
from realtime import io


@pytest.fixture(autouse=True)
def looked_after_often(http_server):
    io.node.services.limits.ended_seconds = 0.02


@pytest.fixture
def ann(register, io_loop):
    return io_loop.run_sync(partial(register, "ann"))


@pytest.fixture
def away(wire, until):
    """`said = await away(ann)`: what her client would say to come back, which was connected and is lost."""

    async def away(who) -> dict:
        first = await wire()
        pid = json.loads((await first.join(who.jwt))[2:])["pid"]
        assert await first.read() == f'42["welcome_event","Hello {who.email}"]'
        await first.send('420["done?"]')
        assert (await first.read()).startswith("430")  # By now it knows how far it is.
        first.connection.stream.close()
        await until(lambda: not io.node.hub.everybody() and io.node.services.recovery.anybody)
        return {"token": who.jwt, "pid": pid, "offset": first.offset}

    return away


@pytest.fixture
def come(wire):
    """`packet, answer = await come(said)` is the first that the server says to that."""

    async def come(said: dict) -> tuple[str, dict | list]:
        packet = await (await wire()).join(auth=said)
        return packet[:2], json.loads(packet[2:])

    return come


async def is_forgotten(until):
    await until(lambda: not io.node.services.recovery.anybody)


async def test_who_comes_back_in_the_same_session_has_what_was_missed(ann, away, come):
    said = await away(ann)
    await io.send(io.user_room(ann.id), "news", 1)
    assert await come(said) == ("42", ["news", 1])


async def test_who_was_blocked_is_refused_and_begins_anew_when_that_is_over(ann, away, come, block, db, login, until):
    said = await away(ann)
    await block(ann)
    await io.send(io.user_room(ann.id), "news", 1)
    assert (await come(said))[1]["data"] == {"code": "user_blocked"}
    await is_forgotten(until)

    await perform(db, COMMANDS["unblock"], ann.username)
    packet, answer = await come({**said, "token": (await login(ann)).jwt})
    assert (packet, answer["pid"] == said["pid"]) == ("40", False)


async def test_who_logged_out_is_refused_and_begins_anew_in_another_session(ann, away, come, call, login, until):
    phone = await login(ann)
    said = await away(phone)
    await call("POST", "/auth/logout", as_=phone)
    await io.send(io.user_room(ann.id), "news", 1)
    assert (await come(said))[1]["data"] == {"code": "session_ended"}
    packet, answer = await come({**said, "token": ann.jwt})
    assert (packet, answer["pid"] == said["pid"]) == ("40", False)
    await is_forgotten(until)


async def test_a_refreshed_token_is_of_the_same_session(ann, away, come, refresh):
    said = await away(ann)
    await io.send(io.user_room(ann.id), "news", 1)
    jwt = (await refresh(ann.refresh_token)).json["jwt"]
    assert await come({**said, "token": jwt}) == ("42", ["news", 1])
