"""`io.send` and `io.broadcast`: who gets an event, how often, and what cannot be sent."""

import pytest

from engine.io import IO
from engine.tests.app import io
from engine.tests.people import ANNA, BOB, CARL
from engine.wire.packet import RESERVED_EVENTS

pytestmark = pytest.mark.contract


async def test_an_event_reaches_the_members_of_the_room_and_nobody_else(connect, received):
    anna, bob = await connect(ANNA), await connect(BOB)
    await io.join("anna", "tea")

    await io.send("tea", "news", {"text": "hot"})

    assert await received(anna, "news") == {"text": "hot"}
    assert "news" not in await bob.settled()


async def test_every_tab_of_a_user_gets_what_is_sent_to_the_user(connect, received):
    tabs = [await connect(ANNA), await connect(ANNA)]

    await io.send(io.user_room("anna"), "news", 1)

    assert [await received(tab, "news") for tab in tabs] == [1, 1]


async def test_a_socket_in_several_of_the_rooms_gets_it_once(connect):
    anna, bob = await connect(ANNA), await connect(BOB)
    await io.join("anna", "tea")
    await io.join("anna", "cake")
    await io.join("bob", "cake")

    await io.send(["tea", "cake", "tea", "user::anna"], "news")

    assert (await anna.settled()).count("news") == 1
    assert (await bob.settled()).count("news") == 1


async def test_a_list_of_no_rooms_is_nobody(connect):
    anna = await connect(ANNA)

    await io.send([], "news")

    assert "news" not in await anna.settled()


async def test_a_room_without_members_is_nobody(connect):
    anna = await connect(ANNA)

    await io.send("nowhere", "news")

    assert "news" not in await anna.settled()


@pytest.mark.parametrize("room", [None, "", ["tea", None], ["tea", ""]])
async def test_no_room_raises_so_that_nobody_broadcasts_by_accident(connect, room):
    anna = await connect(ANNA)

    with pytest.raises(ValueError, match="broadcast"):
        await io.send(room, "news")

    assert "news" not in await anna.settled()


@pytest.mark.parametrize("room", [1, b"tea", {"tea": 1}, ["tea", 1]])
async def test_a_room_that_is_no_name_raises(http_server, room):
    with pytest.raises(TypeError, match="room"):
        await io.send(room, "news")


async def test_the_skipped_socket_does_not_get_it(connect, received):
    tabs = [await connect(ANNA), await connect(ANNA)]

    await io.send("user::anna", "news", skip=tabs[0].id)

    await received(tabs[1], "news")
    assert "news" not in await tabs[0].settled()


async def test_a_broadcast_reaches_everybody(connect, received):
    clients = [await connect(person) for person in (ANNA, BOB, CARL, CARL)]

    await io.broadcast("news", 5)

    assert [await received(client, "news") for client in clients] == [5, 5, 5, 5]


async def test_an_event_reaches_clients_that_poll_as_well(connect, received):
    anna = await connect(ANNA, transports=["polling"])

    await io.send("user::anna", "news", {"data": b"\0\xff", "text": "ä"})

    assert await received(anna, "news") == {"data": b"\0\xff", "text": "ä"}


async def test_a_volatile_event_reaches_those_who_keep_up(connect, received):
    anna = await connect(ANNA)

    await io.send("user::anna", "news", 1, volatile=True)

    assert await received(anna, "news") == 1


@pytest.mark.parametrize("event", sorted(RESERVED_EVENTS))
async def test_events_of_socket_io_itself_cannot_be_sent(connect, event):
    anna = await connect(ANNA)

    for send in (
        io.send("user::anna", event),
        io.broadcast(event),
        io.request("anna", event),
        io.server.emit(event, to=anna.id),
    ):
        with pytest.raises(ValueError, match=event):
            await send


async def test_the_name_of_an_event_is_a_str(http_server):
    with pytest.raises(TypeError):
        await io.send("tea", 5)


async def test_who_has_left_gets_nothing_more(connect):
    anna = await connect(ANNA)
    await io.join("anna", "tea")
    await io.leave("anna", "tea")

    await io.send("tea", "news")

    assert "news" not in await anna.settled()


async def test_before_it_is_attached_every_call_says_so():
    with pytest.raises(RuntimeError, match="make_app"):
        await IO().send("tea", "news")


async def test_attaching_anew_starts_from_nothing(connect, app):
    await connect(ANNA)
    first = io.node

    io.attach(app, connection=None, accounts=None)

    assert not await io.online("anna")
    io._first = first
    assert await io.online("anna")
