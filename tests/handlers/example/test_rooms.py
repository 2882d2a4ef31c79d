"""The worked example over REST: rooms, members, messages."""

import pytest

import models.room

PREFIXES = ["", "/api"]


@pytest.fixture
def few_rooms(monkeypatch):
    monkeypatch.setattr(models.room, "MOST_ROOMS", 2)


def reference(user) -> dict:
    return {"id": user.id, "username": user.username}


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_one_who_makes_a_room_is_in_it(register, call, prefix):
    ann = await register("ann")
    room = (await call("POST", f"{prefix}/rooms", {"name": "Tea"}, as_=ann)).json
    assert list(room) == ["id", "name", "members", "createdAt"]
    assert (room["name"], room["members"]) == ("Tea", [reference(ann)])
    assert (await call("GET", f"{prefix}/rooms/{room['id']}", as_=ann)).json == room
    assert (await call("GET", f"{prefix}/rooms", as_=ann)).json == [room]


async def test_a_member_adds_another_by_name(register, call, make_room):
    ann, bob = await register("ann"), await register("bob")
    room = await make_room(ann)
    answer = await call("POST", f"/rooms/{room['id']}/members", {"username": "BOB"}, as_=ann)
    assert answer.json["members"] == [reference(ann), reference(bob)]
    again = await call("POST", f"/rooms/{room['id']}/members", {"username": "bob"}, as_=bob)
    assert again.json == answer.json


async def test_members_are_listed_with_who_is_online(register, call, make_room):
    ann, bob = await register("ann"), await register("bob")
    room = await make_room(ann, bob)
    listed = (await call("GET", f"/rooms/{room['id']}/members", as_=bob)).json
    assert listed == [{**reference(ann), "online": False}, {**reference(bob), "online": False}]


async def test_a_member_leaves_and_the_room_is_shown_as_it_is_after(register, call, make_room):
    ann, bob = await register("ann"), await register("bob")
    room = await make_room(ann, bob)
    answer = await call("DELETE", f"/rooms/{room['id']}/members/Bob", as_=bob)
    assert (answer.status, answer.json["members"]) == (200, [reference(ann)])
    assert (await call("GET", "/rooms", as_=bob)).json == []


async def test_a_name_in_a_path_may_be_in_any_script(register, call, make_room):
    ann, ivan = await register("ann"), "иван"
    form = {"username": ivan, "email": "ivan@example.com", "password": "correct horse"}
    await call("POST", "/auth/local/register", form)
    room = await make_room(ann)
    await call("POST", f"/rooms/{room['id']}/members", {"username": ivan}, as_=ann)
    answer = await call("DELETE", f"/rooms/{room['id']}/members/%D0%98%D0%B2%D0%B0%D0%BD", as_=ann)
    assert answer.json["members"] == [reference(ann)]


async def test_a_message_says_who_wrote_it_where_and_when(register, call, make_room):
    ann = await register("ann")
    room = await make_room(ann)
    message = (await call("POST", f"/rooms/{room['id']}/messages", {"text": "hello"}, as_=ann)).json
    assert list(message) == ["id", "room", "from", "text", "createdAt"]
    assert (message["room"], message["from"], message["text"]) == (room["id"], reference(ann), "hello")
    assert (await call("GET", f"/rooms/{room['id']}/messages", as_=ann)).json == [message]


async def test_history_is_paged(register, call, make_room):
    ann = await register("ann")
    messages = f"/rooms/{(await make_room(ann))['id']}/messages"
    said = [(await call("POST", messages, {"text": str(number)}, as_=ann)).json for number in range(5)]
    page = (await call("GET", f"{messages}?limit=2", as_=ann)).json
    assert page == said[3:]
    assert (await call("GET", f"{messages}?limit=2&before={page[0]['id']}", as_=ann)).json == said[1:3]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1e1", "page=2", "limit="])
async def test_a_page_that_cannot_be_is_400_and_says_why(register, call, make_room, query):
    ann = await register("ann")
    room = await make_room(ann)
    answer = await call("GET", f"/rooms/{room['id']}/messages?{query}", as_=ann)
    assert answer.status == 400
    assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [[query.split("=")[0]]]


ROUTES = [
    ("GET", "", None),
    ("GET", "/members", None),
    ("POST", "/members", {"username": "eve"}),
    ("DELETE", "/members/ann", None),
    ("GET", "/messages", None),
    ("POST", "/messages", {"text": "hello"}),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_a_room_is_for_its_members(register, call, make_room, method, path, body):
    ann, eve = await register("ann"), await register("eve")
    room = await make_room(ann)
    answer = await call(method, f"/rooms/{room['id']}{path}", body, as_=eve)
    assert (answer.status, answer.json["error"]["name"]) == (403, "ForbiddenError")
    assert (await call("GET", f"/rooms/{room['id']}", as_=ann)).json == room
    assert (await call("GET", f"/rooms/{room['id']}/messages", as_=ann)).json == []


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_a_room_that_is_not_there_is_404(register, call, method, path, body):
    ann = await register("ann")
    for room in ("65a000000000000000000001", "x", "%00", "$ne"):
        answer = await call(method, f"/rooms/{room}{path}", body, as_=ann)
        assert (answer.status, answer.json["error"]["name"]) == (404, "NotFoundError"), room


@pytest.mark.parametrize(("method", "path", "body"), [*ROUTES, ("GET", "s", None), ("POST", "s", {"name": "Tea"})])
async def test_a_stranger_gets_401(call, method, path, body):
    where = "/rooms" if path == "s" else f"/rooms/65a000000000000000000001{path}"
    answer = await call(method, where, body)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_user_who_is_not_there_is_404(register, call, make_room):
    ann = await register("ann")
    room = await make_room(ann)
    for answer in (
        await call("POST", f"/rooms/{room['id']}/members", {"username": "nobody"}, as_=ann),
        await call("DELETE", f"/rooms/{room['id']}/members/nobody", as_=ann),
        await call("POST", "/notices", {"to": "nobody", "text": "hello"}, as_=ann),
        await call("GET", f"/rooms/{room['id']}/messages?before=x", as_=ann),
    ):
        assert (answer.status, answer.json["error"]["name"]) == (404, "NotFoundError")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/rooms", {"name": ""}, "name"),
        ("/rooms", {"name": "x" * 81}, "name"),
        ("/rooms", {"name": {"$ne": 1}}, "name"),
        ("/rooms", {"name": "Tea", "owner": "bob"}, "owner"),
        ("/rooms/{id}/members", {"username": None}, "username"),
        ("/rooms/{id}/messages", {"text": ""}, "text"),
        ("/rooms/{id}/messages", {"text": "x" * 4001}, "text"),
        ("/rooms/{id}/messages", {"text": "hello", "from": "bob"}, "from"),
        ("/notices", {"to": "ann", "text": 5}, "text"),
        ("/notices", {"to": ["ann"], "text": "hello"}, "to"),
        ("/notices", {"to": "ann", "text": "hello", "event": "forged"}, "event"),
    ],
)
async def test_a_field_that_does_not_fit_is_400_and_named(register, call, make_room, path, body, field):
    ann = await register("ann")
    room = await make_room(ann)
    answer = await call("POST", path.format(id=room["id"]), body, as_=ann)
    assert answer.status == 400
    assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [[field]]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_notice_is_acknowledged_though_its_reader_is_away(register, call, prefix):
    ann, bob = await register("ann"), await register("bob")
    assert (await call("POST", f"{prefix}/notices", {"to": bob.username, "text": "hello"}, as_=ann)).json == {
        "ok": True
    }


async def test_one_room_too_many_is_400_and_says_whose(register, call, make_room, few_rooms):
    ann, bob = await register("ann"), await register("bob")
    await make_room(ann)
    await make_room(ann)
    of_bob = await make_room(bob)
    for answer in (
        await call("POST", "/rooms", {"name": "Tea"}, as_=ann),
        await call("POST", f"/rooms/{of_bob['id']}/members", {"username": "ann"}, as_=bob),
    ):
        assert (answer.status, answer.json["error"]["name"]) == (400, "ApplicationError")
        assert answer.json["error"]["message"] == "ann is in 2 rooms, and nobody can be in more"
