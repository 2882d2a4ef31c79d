"""`io.join`, `io.leave`, `io.close` and `io.disconnect`, and the same of one socket."""

from uuid import UUID

import pytest

from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.contract

ID = UUID("6a6c8b4e-0000-4000-8000-000000000000")


async def test_every_socket_of_the_user_joins(connect, received):
    tabs = [await connect(ANNA), await connect(ANNA)]

    await io.join("anna", "tea")
    await io.send("tea", "news", 1)

    assert [await received(tab, "news") for tab in tabs] == [1, 1]


async def test_a_list_of_rooms_is_joined_and_left_at_once(connect):
    anna = await connect(ANNA)

    await io.join("anna", ["tea", "cake", "pie"])
    await io.leave("anna", ["tea", "cake"])
    await io.join("anna", [])

    assert socket_of(anna).rooms == {"user::anna", "pie"}


async def test_of_a_list_with_a_room_that_is_none_none_is_joined(connect):
    anna = await connect(ANNA)

    for rooms in (["tea", ""], ["tea", "user::bob"]):
        with pytest.raises(ValueError, match="room"):
            await io.join("anna", rooms)

    assert socket_of(anna).rooms == {"user::anna"}


async def test_joining_twice_is_joining_once(connect):
    anna = await connect(ANNA)

    await io.join("anna", "tea")
    await io.join("anna", "tea")
    await io.send("tea", "news")

    assert (await anna.settled()).count("news") == 1


async def test_a_user_who_is_offline_is_no_error(http_server):
    await io.join("nobody", "tea")
    await io.leave("nobody", "tea")
    await io.disconnect("nobody")

    assert await io.members("tea") == []


@pytest.mark.parametrize("call", [io.join, io.leave])
@pytest.mark.parametrize("user_id", [None, True, 1.5, b"anna", ["anna"]])
async def test_an_id_that_is_none_raises(http_server, call, user_id):
    with pytest.raises(TypeError, match="id"):
        await call(user_id, "tea")


@pytest.mark.parametrize("user_id", [None, 1.5])
async def test_every_call_checks_the_id(http_server, user_id):
    for call in (io.disconnect(user_id), io.online(user_id), io.request(user_id, "news")):
        with pytest.raises(TypeError, match="id"):
            await call


@pytest.mark.parametrize(("user_id", "room"), [("anna", "user::anna"), (7, "user::7"), (ID, f"user::{ID}")])
async def test_a_users_own_room_is_named_after_the_id(http_server, user_id, room):
    assert io.user_room(user_id) == room


@pytest.mark.parametrize("call", [io.join, io.leave])
@pytest.mark.parametrize("room", ["user::bob", "user::anna", "user::", ""])
async def test_nobody_is_put_into_or_taken_out_of_a_users_own_room(connect, call, room):
    anna = await connect(ANNA)

    with pytest.raises(ValueError, match="room"):
        await call("anna", room)

    with pytest.raises(ValueError, match="room"):
        await getattr(socket_of(anna), call.__name__)(room)
    assert socket_of(anna).rooms == {"user::anna"}


async def test_a_users_own_room_cannot_be_closed(connect):
    await connect(ANNA)

    with pytest.raises(ValueError, match="user"):
        await io.close("user::anna")

    assert await io.online("anna")


@pytest.mark.parametrize("room", [None, 1, [1]])
async def test_a_room_to_join_is_a_str(http_server, room):
    for call in (io.join("anna", room), io.leave("anna", room), io.close(room)):
        with pytest.raises(TypeError, match="room"):
            await call


async def test_every_socket_of_the_user_leaves(connect):
    tabs = [await connect(ANNA), await connect(ANNA)]
    await io.join("anna", "tea")

    await io.leave("anna", "tea")
    await io.send("tea", "news")

    for tab in tabs:
        assert "news" not in await tab.settled()


async def test_everybody_leaves_a_room_that_is_closed(connect):
    clients = [await connect(ANNA), await connect(BOB)]
    await io.join("anna", "tea")
    await io.join("bob", "tea")

    await io.close("tea")
    await io.send("tea", "news")

    for client in clients:
        assert "news" not in await client.settled()
        assert "tea" not in socket_of(client).rooms


async def test_who_is_disconnected_learns_why_in_every_tab(connect, received):
    tabs = [await connect(ANNA), await connect(ANNA)]
    bob = await connect(BOB)

    await io.disconnect("anna", "You were thrown out.")

    for tab in tabs:
        assert await received(tab, "closing") == {"code": "kicked", "message": "You were thrown out."}
        await tab.closed()
    assert not await io.online("anna")
    assert "closing" not in await bob.settled()


async def test_one_socket_joins_and_leaves_alone(connect):
    first, second = await connect(ANNA), await connect(ANNA)

    await socket_of(first).join("tea")
    await io.send("tea", "news")

    assert "news" in await first.settled()
    assert "news" not in await second.settled()
    await socket_of(first).leave("tea")
    assert socket_of(first).rooms == {"user::anna"}


async def test_one_socket_is_disconnected_alone(connect, received):
    first, second = await connect(ANNA), await connect(ANNA)

    await socket_of(first).disconnect("Enough.")

    assert await received(first, "closing") == {"code": "kicked", "message": "Enough."}
    await first.closed()
    assert "closing" not in await second.settled()


async def test_a_socket_that_is_gone_joins_nothing(connect, until):
    anna = await connect(ANNA)
    socket = socket_of(anna)
    await anna.close()
    await until(lambda: socket.ended)

    await socket.join("tea")
    await socket.send("news")

    assert await io.members("tea") == []


async def test_a_socket_may_be_in_so_many_rooms(connect, limits):
    limits(rooms=2)
    anna = await connect(ANNA)
    await io.join("anna", "tea")
    await io.join("anna", "cake")

    with pytest.raises(ValueError, match="2 rooms"):
        await io.join("anna", "jam")

    await io.join("anna", "cake")
    assert socket_of(anna).rooms == {"user::anna", "tea", "cake"}


async def test_a_socket_knows_what_hooks_and_handlers_need(connect):
    anna = await connect(ANNA)
    socket = socket_of(anna)
    socket.data["seen"] = 1

    assert (socket.id, socket.user, socket.ip, socket.db) == (anna.id, ANNA, "127.0.0.1", "the database")
    assert socket.data == {"seen": 1}
    assert socket.rooms == {"user::anna"}
