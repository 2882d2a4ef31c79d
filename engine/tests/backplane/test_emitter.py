"""`emitter` and `python -m realtime`: from outside, the sockets of a node that has the same Redis are reached."""

import asyncio
import json
from functools import partial

import pytest

from engine.backplane.choice import backplane
from engine.emitter import emitter
from engine.errors import NotConnected
from engine.process.command import main
from engine.tests import people
from engine.tests.app import io as inside
from engine.tests.app import make_app
from engine.tests.people import ANNA


class Settings:
    """What the command asks of settings."""

    def __init__(self, redis_url: str):
        self.redis_url, self.redis_prefix = redis_url, "realtime"


@pytest.fixture
def app(io_loop, redis):
    return make_app(accounts=people.Accounts(), backplane=backplane(redis.url, "realtime", people.Person))


@pytest.fixture
def run(redis, capsys):
    """`await run("send", …)` makes a call from a terminal, and returns what was printed."""

    async def run(*argv: str):
        await asyncio.get_running_loop().run_in_executor(None, partial(main, lambda: Settings(redis.url), argv))
        return capsys.readouterr().out

    return run


async def test_what_is_sent_arrives_in_order(connect, redis, received):
    anna = await connect(ANNA)

    async with emitter(redis.url) as io:
        for number in range(20):
            await io.send("user::anna", "news", {"number": number, "photo": b"\x00"})
        await io.broadcast("end")

    assert [(await received(anna, "news"))["number"] for _ in range(20)] == list(range(20))
    await received(anna, "end")


async def test_the_calls_are_those_of_io(connect, redis):
    anna = await connect(ANNA)
    anna.socket.on("name?", lambda *_: "Anna")

    async with emitter(redis.url, user_type=people.Person) as io:
        await io.join("anna", ["tea", "cake"])
        await io.leave("anna", "cake")
        assert await io.request("anna", "name?") == "Anna"
        assert await io.members("tea") == await inside.members("tea")
        assert await io.members("cake") == []
        assert await io.connections() == await inside.connections()
        assert (await io.online("anna"), await io.online("bob")) == (True, False)
        with pytest.raises(NotConnected):
            await io.request("bob", "name?")
        await io.disconnect("anna")

    await anna.closed()


WRONG = {
    "no room": lambda io: io.send(None, "news"),
    "a name of the protocol": lambda io: io.send("tea", "connect"),
    "no JSON": lambda io: io.send("tea", "news", object()),
    "a broadcast of it": lambda io: io.broadcast("connect"),
    "too large": lambda io: io.send("tea", "news", "x" * 8 * 1024 * 1024),
    "no user": lambda io: io.join(None, "tea"),
    "a room of somebody else": lambda io: io.join("anna", "user::bob"),
    "one's own room": lambda io: io.leave("anna", "user::anna"),
    "a user's room": lambda io: io.close("user::anna"),
    "nobody to disconnect": lambda io: io.disconnect(None),
    "nobody to ask": lambda io: io.request(None, "name?"),
    "somebody who is away": lambda io: io.request("bob", "name?"),
    "nobody": lambda io: io.online(None),
    "members of nothing": lambda io: io.members(""),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
async def test_what_raises_in_the_app_raises_the_same_outside(http_server, redis, call):
    async with emitter(redis.url) as io:
        with pytest.raises(Exception) as outside:  # noqa: PT011
            await call(io)
    with pytest.raises(outside.type) as here:
        await call(inside)
    assert str(here.value) == str(outside.value)


async def test_another_prefix_is_another_app(connect, redis):
    anna = await connect(ANNA)

    async with emitter(redis.url, prefix="another") as io:
        await io.broadcast("news")
        await io.send("user::anna", "news")
        assert (await io.online("anna"), await io.connections()) == (False, [])

    assert await anna.settled() == []


async def test_a_redis_that_cannot_be_reached_raises(redis, until):
    async with emitter(redis.url) as io:
        redis.stop()
        with pytest.raises(ConnectionError, match="cannot be reached"):
            await io.send("tea", "news")
        with pytest.raises(ConnectionError):
            await io.online("anna")

    with pytest.raises(ConnectionError):
        await emitter(redis.url).__aenter__()


def test_a_wrong_url_raises():
    with pytest.raises(ValueError, match="begin with redis://"):
        asyncio.run(emitter("http://redis.example.com").__aenter__())


async def test_a_terminal_makes_every_call(connect, run, received):
    anna = await connect(ANNA)
    anna.socket.on("name?", lambda *_: "Anna")

    assert await run("send", "user::anna", "news", '{"x": 1}') == ""
    assert await received(anna, "news") == {"x": 1}
    await run("broadcast", "all")
    await received(anna, "all")
    assert await run("online", "anna") == "true\n"
    assert await run("request", "anna", "name?") == '"Anna"\n'
    await run("join", "anna", "tea")
    await run("join", "anna", "cake")
    assert json.loads(await run("members", "tea")) == [{"user_id": "anna", "sockets": [anna.id]}]
    assert json.loads(await run("connections"))[0]["user"]["id"] == "anna"
    await run("leave", "anna", "tea")
    await run("close", "cake")
    assert [await run("members", room) for room in ("tea", "cake")] == ["[]\n", "[]\n"]
    await run("disconnect", "anna", "Tea is over")
    assert (await received(anna, "closing"))["message"] == "Tea is over"


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["send", "", "news"], "a room needs a name"),
        (["send", "tea", "news", "{"], "send: "),
        (["request", "bob", "name?"], "Nobody is connected"),
    ],
)
async def test_a_terminal_is_told_what_is_wrong_in_a_sentence(http_server, run, argv, sentence):
    with pytest.raises(SystemExit, match=sentence):
        await run(*argv)


def test_without_redis_a_terminal_is_told_so():
    with pytest.raises(SystemExit, match="REDIS_URL is needed"):
        main(lambda: Settings(""), ["online", "anna"])
