"""`io.members` and `io.online`: who is where."""

import pytest

from engine.io import Member
from engine.tests.app import io
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.contract


async def test_members_are_users_with_their_sockets(connect):
    tabs, bob = [await connect(ANNA), await connect(ANNA)], await connect(BOB)
    await io.join("anna", "tea")
    await io.join("bob", "tea")

    members = {member.user_id: member for member in await io.members("tea")}

    assert members.keys() == {"anna", "bob"}
    assert sorted(members["anna"].sockets) == sorted(tab.id for tab in tabs)
    assert members["bob"] == Member("bob", [bob.id])


async def test_an_empty_room_has_no_members(http_server):
    assert await io.members("tea") == []


@pytest.mark.parametrize("room", [None, ""])
async def test_no_room_raises(http_server, room):
    with pytest.raises(ValueError, match="room"):
        await io.members(room)


async def test_a_user_is_online_until_the_last_tab_closes(connect, until, sockets):
    assert not await io.online("anna")
    tabs = [await connect(ANNA), await connect(ANNA)]
    assert await io.online("anna")

    await tabs[0].close()
    await until(lambda: tabs[0].id not in [socket.id for socket in sockets()])
    assert await io.online("anna")

    await tabs[1].close()
    await until(lambda: not sockets())
    assert not await io.online("anna")


@pytest.mark.one_node
async def test_who_leaves_the_server_leaves_its_rooms(connect, until):
    anna = await connect(ANNA)
    await io.join("anna", "tea")

    await anna.close()

    await until(lambda: not io.server.eio.sockets)
    assert await io.members("tea") == []
    assert io.node.hub.rooms == {"/": {}}


async def test_a_connection_that_breaks_leaves_no_ghost(connect, until, sockets):
    anna = await connect(ANNA)
    await io.join("anna", "tea")

    anna.socket.eio.ws._writer.transport.abort()

    await until(lambda: not sockets())
    assert await io.members("tea") == []
    assert not await io.online("anna")
