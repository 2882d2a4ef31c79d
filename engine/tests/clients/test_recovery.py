"""Real clients that lose their connection: who says to be recovered has missed nothing; the rest begins anew."""

import asyncio

import pytest

from engine.tests.app import io, socket_of
from engine.tests.clients.kinds import CARRIERS, UPGRADE, Kind, marked
from engine.tests.people import ANNA

ROOM = io.user_room(ANNA.id)
LATEST = [Kind("socket.io-client", carriers) for carriers in CARRIERS]
OTHERS = [Kind(library, UPGRADE) for library in ("socket.io-client-4.0", "socket.io-client-3.1",
                                                 "socket.io-client-2.5", "python-socketio")]  # fmt: skip
latest = pytest.mark.parametrize("kind", [marked(kind) for kind in LATEST])
upgrading = pytest.mark.parametrize("kind", [marked(LATEST[0])])


@pytest.fixture
def base_url(proxy):
    return proxy.url


@pytest.fixture
def client(connect, received, office, kind, until):
    """`await client()` is greeted, in a session of hers, and waits for what comes."""

    async def client(**options):
        client = await connect(ANNA, office.issue(ANNA), **options)
        await received(client, "welcome_event")
        if kind.transports == ("polling",):
            await until(lambda: socket_of(client).link.carrier.waiting)
        return client

    return client


async def is_gone(client, until):
    await until(lambda: io.node.hub.accepted(client.id) is None)


async def news(*numbers: int):
    for number in numbers:
        await io.send(ROOM, "news", f"number {number}")


def heard(client) -> list[str]:
    """The news that came, and in between that the client was connected, or could not be."""
    heard = [arguments[0] if event == "news" else event for event, *arguments in client.events
             if event in ("news", "connect", "disconnect")]  # fmt: skip
    return [each for each, before in zip(heard, ["", *heard], strict=False) if each != before]


async def comes_back_to(client, until, *numbers: int):
    """It has its id, and what it missed, before it is connected."""
    await until(lambda: "connect" in heard(client))
    assert heard(client) == ["disconnect", *(f"number {number}" for number in numbers), "connect"]
    assert await client.get("recovered") is True
    assert socket_of(client).recovered is True


@latest
async def test_after_a_reset_nothing_is_missed(client, proxy, until):
    anna = await client()
    proxy.down()
    await is_gone(anna, until)
    await news(1, 2, 3)
    proxy.up()
    await comes_back_to(anna, until, 1, 2, 3)


@pytest.mark.slow
@latest
async def test_after_a_silence_nothing_is_missed(client, proxy, until, limits):
    limits(ping_interval_seconds=1, ping_timeout_seconds=1)
    anna = await client()
    proxy.swallow()
    await news(1, 2, 3)
    await comes_back_to(anna, until, 1, 2, 3)


@latest
async def test_who_is_back_before_the_server_has_noticed_misses_nothing(client, proxy, until):
    anna = await client()
    proxy.reset(tells_server=False)
    await news(1, 2, 3)
    await comes_back_to(anna, until, 1, 2, 3)
    assert len(io.node.hub.everybody()) == 1


@upgrading
@pytest.mark.parametrize("how", ["stalls", "is cut"])
async def test_whatever_happens_in_the_middle_of_an_upgrade_nothing_is_missed(
    how, start, received, proxy, office, until
):
    proxy.stall_at = b"3probe"
    anna = await start(auth={"token": office.issue(ANNA)})
    anna.id = await received(anna, "connect")
    await received(anna, "welcome_event")
    await until(lambda: proxy.stall_at is None)
    await news(1)
    if how == "is cut":
        proxy.reset()
    await news(2, 3)
    await until(lambda: len(heard(anna)) > 2)
    assert [each for each in heard(anna) if each.startswith("number")] == ["number 1", "number 2", "number 3"]


@pytest.mark.parametrize("kind", [LATEST[1]], ids=str)
@pytest.mark.parametrize(("forgets", "numbers"), [(True, (1, 2)), (False, (1, 2, 1, 2))])
async def test_a_second_loss_during_the_replay_loses_nothing(forgets, numbers, client, proxy, until):
    """The stock client keeps what came, and gives it out with what comes again."""
    anna = await client(forgets=forgets)
    proxy.down()
    await is_gone(anna, until)
    await news(1, 2)
    proxy.cut_at = b'40{"sid"'
    proxy.up()
    await until(lambda: proxy.cut_at is None)
    await comes_back_to(anna, until, *numbers)


@upgrading
async def test_what_stalls_on_the_way_and_is_cut_comes_again(client, proxy, until):
    anna = await client()
    proxy.stall()
    await news(1, 2)
    proxy.down()
    await is_gone(anna, until)
    await news(3)
    proxy.up()
    await comes_back_to(anna, until, 1, 2, 3)


async def begins_anew(client, received):
    await received(client, "welcome_event")
    assert heard(client) == ["disconnect", "connect"]
    assert await client.get("recovered") is False


@upgrading
async def test_who_comes_too_late_begins_anew(client, received, proxy, until, limits):
    limits(recovery_seconds=0.01)
    anna = await client()
    proxy.down()
    await is_gone(anna, until)
    await news(1)
    await asyncio.sleep(0.05)
    proxy.up()
    await begins_anew(anna, received)


@upgrading
async def test_who_has_missed_too_much_begins_anew(client, received, proxy, until):
    anna = await client()
    proxy.down()
    await is_gone(anna, until)
    await news(*range(301))
    proxy.up()
    await begins_anew(anna, received)


@upgrading
async def test_after_a_restart_of_the_process_everybody_begins_anew(client, received, restart):
    anna = await client()
    await news(1)
    assert await received(anna, "news") == "number 1"
    await restart()
    await begins_anew(anna, received)


@pytest.mark.parametrize("kind", [marked(kind) for kind in OTHERS])
async def test_clients_that_know_nothing_of_it_come_back_as_ever(client, received, proxy, until):
    anna = await client()
    await news(1)
    assert await received(anna, "news") == "number 1"
    proxy.down()
    await is_gone(anna, until)
    await news(2)
    proxy.up()
    await received(anna, "welcome_event")
    await news(3)
    assert await received(anna, "news") == "number 3"
