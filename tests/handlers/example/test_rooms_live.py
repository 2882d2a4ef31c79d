"""The worked example over Socket.IO: who hears what when rooms change, and messages and notices."""

import asyncio

import pytest

from realtime import io

pytestmark = pytest.mark.usefixtures("steady_connection")


def reference(user) -> dict:
    return {"id": user.id, "username": user.username}


@pytest.fixture
def people(register):
    """`ann, bob = await people("ann", "bob")` registers them."""

    async def people(*names):
        return [await register(name) for name in names]

    return people


async def connected_users(room: dict) -> set[str]:
    return {member.user_id for member in await io.members(f"room::{room['id']}")}


async def test_one_who_makes_a_room_hears_of_it_in_every_tab_and_is_in_it(people, connect, received, make_room):
    (ann,) = await people("ann")
    tabs = [await connect(ann) for _ in range(2)]
    room = await make_room(ann)
    assert [await received(tab, "room:added") for tab in tabs] == [room, room]
    await io.send(f"room::{room['id']}", "anybody?")
    for tab in tabs:
        await received(tab, "anybody?")


async def test_a_new_member_is_in_the_room_at_once_and_everyone_in_it_is_told(people, connect, received, make_room):
    ann, bob, eve = await people("ann", "bob", "eve")
    anns, bobs, eves = [await connect(each) for each in (ann, bob, eve)]
    room = await make_room(ann, bob)
    assert await received(bobs, "room:added") == room
    for client in (anns, bobs):
        assert await received(client, "member:added") == {"room": room["id"], "member": reference(bob)}
    assert await connected_users(room) == {ann.id, bob.id}
    assert await eves.settled() == ["welcome_event"]


async def test_a_new_member_hears_of_the_room_before_any_of_its_messages(people, call, connect, make_room):
    ann, bob = await people("ann", "bob")
    client = await connect(bob)
    room = await make_room(ann, bob)
    await call("POST", f"/rooms/{room['id']}/messages", {"text": "hello"}, as_=ann)
    assert await client.settled() == ["welcome_event", "room:added", "member:added", "message"]


async def test_adding_a_member_again_tells_nobody(people, call, connect, received, make_room):
    ann, bob = await people("ann", "bob")
    room = await make_room(ann, bob)
    client = await connect(ann)
    await call("POST", f"/rooms/{room['id']}/members", {"username": "bob"}, as_=ann)
    assert await client.settled() == ["welcome_event"]


async def test_one_who_is_removed_is_told_and_hears_nothing_more(people, call, connect, received, make_room):
    ann, bob = await people("ann", "bob")
    room = await make_room(ann, bob)
    anns, bobs = await connect(ann), await connect(bob)
    await received(bobs, "welcome_event")
    await call("DELETE", f"/rooms/{room['id']}/members/bob", as_=ann)
    assert await received(anns, "member:removed") == {"room": room["id"], "member": reference(bob)}
    assert await received(bobs, "room:removed") == {"id": room["id"], "name": room["name"]}
    message = (await call("POST", f"/rooms/{room['id']}/messages", {"text": "alone"}, as_=ann)).json
    assert await received(anns, "message") == message
    assert await bobs.settled() == []
    assert await connected_users(room) == {ann.id}


async def test_one_who_leaves_goes_in_every_tab(people, call, connect, received, make_room):
    ann, bob = await people("ann", "bob")
    room = await make_room(ann, bob)
    tabs = [await connect(bob) for _ in range(2)]
    await call("DELETE", f"/rooms/{room['id']}/members/bob", as_=bob)
    for tab in tabs:
        assert await received(tab, "room:removed") == {"id": room["id"], "name": room["name"]}
        assert "member:removed" not in await tab.settled()


async def test_one_who_was_added_while_offline_is_in_the_room_on_connecting(people, call, connect, received, make_room):
    ann, bob = await people("ann", "bob")
    room = await make_room(ann, bob)
    client = await connect(bob)
    await received(client, "welcome_event")
    message = (await call("POST", f"/rooms/{room['id']}/messages", {"text": "hello"}, as_=ann)).json
    assert await received(client, "message") == message


async def test_a_message_is_told_to_every_member_and_to_nobody_else(people, call, connect, received, make_room):
    ann, bob, eve = await people("ann", "bob", "eve")
    room, other = await make_room(ann, bob), await make_room(eve)
    anns, bobs, eves = [await connect(each) for each in (ann, bob, eve)]
    await asyncio.gather(*(received(client, "welcome_event") for client in (anns, bobs, eves)))
    message = (await call("POST", f"/rooms/{room['id']}/messages", {"text": "hello"}, as_=ann)).json
    assert message["room"] == room["id"] != other["id"]
    assert [await received(client, "message") for client in (anns, bobs)] == [message, message]
    assert await eves.settled() == []


async def test_nobody_hears_a_message_that_is_refused(people, call, connect, received, make_room):
    ann, eve = await people("ann", "eve")
    room = await make_room(ann)
    client = await connect(ann)
    answer = await call("POST", f"/rooms/{room['id']}/messages", {"text": "let me in"}, as_=eve)
    assert answer.status == 403
    assert await client.settled() == ["welcome_event"]


async def test_messages_arrive_in_the_order_of_their_answers(people, call, connect, received, make_room):
    ann, bob = await people("ann", "bob")
    room = await make_room(ann, bob)
    client = await connect(bob)
    await received(client, "welcome_event")
    path = f"/rooms/{room['id']}/messages"
    posted = [(await call("POST", path, {"text": str(number)}, as_=ann)).json for number in range(20)]
    assert [await received(client, "message") for _ in posted] == posted
    assert (await call("GET", path, as_=bob)).json == posted


async def test_a_notice_reaches_every_tab_of_its_user_and_nobody_else(people, call, connect, received):
    ann, bob, eve = await people("ann", "bob", "eve")
    tabs, eves = [await connect(bob) for _ in range(2)], await connect(eve)
    answer = await call("POST", "/notices", {"to": "bob", "text": "tea is ready"}, as_=ann)
    assert answer.json == {"ok": True}
    for tab in tabs:
        assert await received(tab, "notice") == {"from": reference(ann), "text": "tea is ready"}
    assert await eves.settled() == ["welcome_event"]


async def test_a_notice_to_one_who_is_offline_is_no_error(people, call):
    ann, _ = await people("ann", "bob")
    answer = await call("POST", "/notices", {"to": "bob", "text": "later"}, as_=ann)
    assert (answer.status, answer.json) == (200, {"ok": True})


async def test_who_types_is_told_to_the_others_in_the_room(people, connect, received, make_room):
    ann, bob, eve = await people("ann", "bob", "eve")
    room = await make_room(ann, bob)
    anns, bobs, eves = [await connect(each) for each in (ann, bob, eve)]
    await received(bobs, "welcome_event")
    assert await anns.call("typing", {"room": room["id"], "typing": True}) == {"ok": True}
    assert await received(bobs, "typing") == {"room": room["id"], "from": reference(ann), "typing": True}
    assert await anns.settled() == ["welcome_event"]
    refused = await eves.call("typing", {"room": room["id"], "typing": True})
    assert refused["error"]["name"] == "ForbiddenError"


async def test_members_are_online_while_a_tab_of_theirs_is_open(people, call, connect, make_room):
    ann, bob = await people("ann", "bob")
    room = await make_room(ann, bob)

    async def online() -> dict[str, bool]:
        members = (await call("GET", f"/rooms/{room['id']}/members", as_=ann)).json
        return {member["username"]: member["online"] for member in members}

    first, second = await connect(bob), await connect(bob)
    assert await online() == {"ann": False, "bob": True}
    await first.close()
    await second.call("settled?")
    assert await online() == {"ann": False, "bob": True}
    await second.close()
    while (await online())["bob"]:
        pass


async def test_when_adding_and_removing_overlap_who_hears_the_room_is_who_is_in_it(people, call, connect, make_room):
    ann, bob = await people("ann", "bob")
    await connect(bob)
    room = await make_room(ann)
    members = f"/rooms/{room['id']}/members"
    for _ in range(20):
        add = call("POST", members, {"username": "bob"}, as_=ann)
        remove = call("DELETE", f"{members}/bob", as_=ann)
        await asyncio.gather(add, remove, call("POST", members, {"username": "bob"}, as_=ann))
        names = {member["id"] for member in (await call("GET", f"/rooms/{room['id']}", as_=ann)).json["members"]}
        assert (bob.id in await connected_users(room)) == (bob.id in names)
