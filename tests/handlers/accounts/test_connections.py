"""Who is connected: for admins alone, and never with a hash."""

import json
from datetime import datetime

import pytest

CONNECTIONS = "/socketio/connections"


@pytest.fixture
def admin(register, make_admin, io_loop):
    async def admin():
        anna = await register("admin")
        await make_admin(anna)
        return anna

    return io_loop.run_sync(admin)


async def test_an_admin_sees_who_is_connected(admin, register, connect, call):
    ann, ben = await register("ann"), await register("ben")
    first, second = await connect(ann), await connect(ann)
    for each in (first, second, await connect(ben)):
        await each.settled()
    answer = await call("GET", CONNECTIONS, as_=admin)
    assert answer.status == 200
    assert [each["user"] for each in answer.json] == [
        {"id": who.id, "username": who.username} for who in sorted((ann, ben), key=lambda who: who.id)
    ]
    [hers] = [each["sockets"] for each in answer.json if each["user"]["id"] == ann.id]
    assert {socket["id"] for socket in hers} == {first.id, second.id}
    for socket in hers:
        assert set(socket) == {"id", "since", "ip", "rooms"}
        assert socket["ip"] == "127.0.0.1"
        assert f"user::{ann.id}" in socket["rooms"]
        assert datetime.fromisoformat(socket["since"]).tzinfo
    assert not any(secret in json.dumps(answer.json) for secret in ("argon2", ann.jwt, "@example.com", "hash"))


async def test_the_list_comes_in_pages(admin, register, connect, call):
    users = [await register(name) for name in ("ann", "ben", "cleo")]
    for user in users:
        await connect(user)
    ids = sorted(user.id for user in users)
    first = (await call("GET", f"{CONNECTIONS}?limit=2", as_=admin)).json
    rest = (await call("GET", f"{CONNECTIONS}?limit=2&after={first[-1]['user']['id']}", as_=admin)).json
    assert [each["user"]["id"] for each in first + rest] == ids
    assert len(first) == 2


@pytest.mark.slow
async def test_a_wrong_page_is_400(admin, call):
    for query in ("limit=0", "limit=-1", "limit=x", "limit=99999999999", "x=1"):
        assert (await call("GET", f"{CONNECTIONS}?{query}", as_=admin)).status == 400, query


async def test_nobody_else_sees_it(register, call, refused):
    ann = await register("ann")
    for method, path in (("GET", CONNECTIONS), ("DELETE", f"{CONNECTIONS}/{ann.id}")):
        answer = await call(method, path, as_=ann)
        assert (answer.status, answer.json["error"]["name"]) == (403, "ForbiddenError")
        assert refused(await call(method, path)) == "token_missing"


async def test_an_admin_throws_somebody_out(admin, register, connect, received, call):
    ann, ben = await register("ann"), await register("ben")
    thrown, other = await connect(ann), await connect(ben)
    answer = await call("DELETE", f"{CONNECTIONS}/{ann.id}", as_=admin)
    assert (answer.status, answer.json) == (200, {"ok": True})
    assert (await received(thrown, "closing"))["code"] == "kicked"
    await thrown.closed()
    await other.settled()
    assert [each["user"]["username"] for each in (await call("GET", CONNECTIONS, as_=admin)).json] == ["ben"]


@pytest.mark.slow
async def test_whoever_is_not_connected_is_out_already(admin, call):
    for id in ("x", "65a000000000000000000001", "%00", "%24ne"):
        assert (await call("DELETE", f"{CONNECTIONS}/{id}", as_=admin)).json == {"ok": True}


async def test_one_who_is_no_admin_any_more_is_none_at_once(admin, call, db):
    await db.users.update_one({"username": "admin"}, {"$set": {"role": "authenticated"}})
    assert (await call("GET", CONNECTIONS, as_=admin)).status == 403
