"""Two nodes on one Redis: what is special about sockets of one user, or of one room, being on different ones."""

import asyncio

import pytest
from socketio.exceptions import ConnectionError

from engine.testing.client import Client
from engine.tests.app import io, socket_of
from engine.tests.people import ANNA, BOB, CARL, Office

pytestmark = pytest.mark.two_nodes


@pytest.fixture
def second(nodes):
    return nodes[1]


async def test_an_event_costs_nothing_where_a_room_has_no_member(connect, second, received):
    far, near = await connect(ANNA), await connect(BOB)
    await io.join("bob", "tea")
    before = second.backplane.counts.received

    await io.send("tea", "news", 1)

    assert await received(near, "news") == 1
    assert await far.settled() == []
    assert second.backplane.counts.received == before


async def test_all_sockets_of_a_room_see_one_order_whichever_nodes_send(connect, nodes, received):
    clients = [await connect(person) for person in (ANNA, BOB, CARL)]
    for person in (ANNA, BOB, CARL):
        await io.join(person.id, "tea")

    async def send(node, name):
        node.run_here()
        for number in range(100):
            await io.send("tea", "news", [name, number])

    await asyncio.gather(*(asyncio.create_task(send(node, number)) for number, node in enumerate(nodes)))
    orders = [[await received(client, "news") for _ in range(200)] for client in clients]

    assert orders[0] == orders[1] == orders[2]
    for name in (0, 1):
        assert [number for sender, number in orders[0] if sender == name] == list(range(100))


async def test_rooms_that_are_sent_to_at_once_keep_that_order_too(connect, nodes, received):
    clients = [await connect(ANNA), await connect(BOB)]
    await io.join("anna", "tea")
    await io.join("bob", "cake")

    async def send(node, rooms):
        node.run_here()
        for number in range(50):
            await io.send(rooms, "news", [sorted(rooms), number])

    both, other = ["tea", "cake"], ["cake", "tea", "jam"]
    await asyncio.gather(asyncio.create_task(send(nodes[0], both)), asyncio.create_task(send(nodes[1], other)))
    orders = [[await received(client, "news") for _ in range(100)] for client in clients]

    assert orders[0] == orders[1]


async def test_who_is_in_several_rooms_gets_an_event_for_them_once(connect):
    anna = await connect(ANNA)
    await io.join("anna", ["tea", "cake"])

    await io.send(["tea", "cake"], "news")
    await io.broadcast("end")

    assert await anna.settled() == ["news", "end"]


async def test_who_is_skipped_is_skipped_on_every_node(connect):
    far, near = await connect(ANNA), await connect(ANNA)

    await io.send("user::anna", "news", skip=far.id)

    assert (await far.settled(), await near.settled()) == ([], ["news"])


async def test_two_tabs_on_two_nodes_are_one_user(connect, received):
    tabs = [await connect(ANNA), await connect(ANNA)]

    await io.join("anna", "tea")
    await io.send("tea", "news", 1)

    assert [await received(tab, "news") for tab in tabs] == [1, 1]
    (member,) = await io.members("tea")
    assert sorted(member.sockets) == sorted(tab.id for tab in tabs)


async def test_a_join_has_arrived_for_what_the_other_node_sends(connect, second, received):
    near = [await connect(BOB), await connect(ANNA)][1]

    for number in range(20):
        await io.join("anna", f"room{number}")
        second.run_here()
        await io.send(f"room{number}", "news", number)
        assert await received(near, "news") == number


async def test_one_who_connects_while_they_are_joined_is_in_the_room_in_the_end(connect, hook, received):
    members = set()

    @hook
    async def connection(socket, user):
        if user.id in members:
            await io.join(user.id, "tea")
        await socket.send("ready")

    for _ in range(10):
        members.clear()
        connecting = asyncio.ensure_future(connect(ANNA))
        await asyncio.sleep(0.002)
        members.add("anna")
        await io.join("anna", "tea")
        anna = await connecting
        await received(anna, "ready")
        assert "tea" in socket_of(anna).rooms
        await anna.close()


async def test_a_leave_during_the_hook_on_another_node_wins_even_over_a_join_that_is_on_its_way(
    connect, hook, received, until
):
    left = asyncio.Event()

    @hook
    async def connection(socket, user):
        leaving = asyncio.ensure_future(leave(user.id))
        await left.wait()
        await io.join(user.id, "tea")
        await leaving
        await socket.send("done")

    async def leave(user_id):
        io._first.run_here()
        left.set()
        await io.leave(user_id, "tea")

    anna = await connect(ANNA)
    await received(anna, "done")

    await until(lambda: "tea" not in socket_of(anna).rooms)


async def test_a_session_is_disconnected_on_every_node_and_others_of_its_user_stay(connect, received, nodes):
    office = Office()
    for node in nodes:
        node.services.accounts.authenticate = office.authenticate
    sessions = ["phone", "phone", "laptop", "laptop"]
    clients = [await connect(auth={"token": office.issue(ANNA, session=session)}) for session in sessions]

    await io.disconnect("anna", "Not on the phone.", session="phone")

    for phone in clients[:2]:
        assert await received(phone, "closing") == {"code": "kicked", "message": "Not on the phone."}
        await phone.closed()
    for laptop in clients[2:]:
        assert await laptop.settled() == []


async def test_a_disconnect_reaches_a_handshake_that_is_under_way_on_another_node(wire, beside, nodes):
    accounts, asked, go = nodes[0].services.accounts, asyncio.Event(), asyncio.Event()
    authenticate = accounts.authenticate

    async def slowly(token):
        asked.set()
        await go.wait()
        return await authenticate(token)

    accounts.authenticate = slowly
    far = await wire(url=beside.url)
    joining = asyncio.ensure_future(far.join("anna"))
    await asked.wait()
    await io.disconnect("anna")
    go.set()

    assert await joining is None


async def never(*_):
    await asyncio.Event().wait()


async def test_the_first_answer_of_any_node_counts(connect):
    silent, quick = await connect(ANNA), await connect(ANNA)
    silent.socket.on("name?", never)
    quick.socket.on("name?", lambda *_: {"name": "Anna", "photo": b"\x00\xff"})

    assert await io.request("anna", "name?") == {"name": "Anna", "photo": b"\x00\xff"}


async def test_the_server_underneath_emits_to_sockets_and_rooms_of_other_nodes(connect, nodes, received):
    for node in nodes:
        node.server.on("say", lambda *_: None, namespace="/chat")
    far = await connect(ANNA, namespaces=["/", "/chat"])
    far.socket.on("three", lambda number: far.keep("three", number), namespace="/chat")
    await socket_of(far).join("tea")

    await io.server.emit("one", 1, room="tea")
    await io.server.emit("two", 2, to=far.id)
    await io.server.emit("three", 3, to=far.socket.get_sid("/chat"), namespace="/chat")

    assert [await received(far, name) for name in ("one", "two", "three")] == [1, 2, 3]


async def test_connections_are_of_all_nodes_each_user_once(connect):
    for person in (ANNA, ANNA, BOB):
        await connect(person)

    anna, bob = await io.connections()

    assert (anna.user, len(anna.sockets), bob.user, len(bob.sockets)) == (ANNA, 2, BOB, 1)


async def test_a_user_is_online_wherever_they_are(connect):
    await connect(ANNA)

    assert await io.online("anna")
    assert not await io.online("bob")


async def test_one_room_more_than_a_socket_may_be_in_raises_where_it_is_asked_for(connect, limits):
    limits(rooms=1)
    await connect(ANNA)
    await io.join("anna", "tea")

    with pytest.raises(ValueError, match="1 rooms"):
        await io.join("anna", "cake")


async def test_an_event_too_large_for_redis_raises(connect):
    anna = await connect(ANNA)

    with pytest.raises(ValueError, match="8,388,608 bytes"):
        await io.send("user::anna", "news", "x" * 8 * 1024 * 1024)

    assert await anna.settled() == []


async def test_a_node_that_ends_leaves_nobody_online(connect, beside, received):
    anna = await connect(ANNA)
    assert await io.online("anna")

    await beside.node.drain(0.1)

    await anna.closed()
    assert not await io.online("anna")


async def test_a_room_that_everybody_has_left_is_listened_to_no_more(connect, shared_redis, until):
    anna = await connect(ANNA)
    channel = io.node.backplane.bus.channels.room("user::anna")
    assert shared_redis.ask("PUBSUB", "NUMSUB", channel) == [channel, 1]

    await anna.close()

    await until(lambda: shared_redis.ask("PUBSUB", "NUMSUB", channel) == [channel, 0])


async def test_a_client_that_is_refused_leaves_no_subscription(http_server, nodes, base_url, shared_redis, until):
    channel = io.node.backplane.bus.channels.room("user::anna")
    nodes[0].server.on("connect", lambda *_: False, namespace="/")

    with pytest.raises(ConnectionError):
        await Client(base_url).open("anna")

    await until(lambda: shared_redis.ask("PUBSUB", "NUMSUB", channel) == [channel, 0])
