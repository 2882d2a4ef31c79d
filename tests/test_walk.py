"""One walk through accounts and sockets, as a user takes it; `make test-all` takes it on MongoDB's other driver too."""

from realtime import io


async def test_from_registering_to_logging_out(call, register, connect, received):
    ann, bob = await register("ann"), await register("bob")
    answer = await call("POST", "/auth/local", {"identifier": "bob@example.com", "password": "correct horse"})
    bob.jwt = answer.json["jwt"]
    hers, his = await connect(ann), await connect(bob)
    await io.send(f"user::{bob.id}", "news", "for bob")
    assert await received(his, "news") == "for bob"

    fresh = await call("POST", "/auth/refresh", {"refreshToken": ann.refresh_token})
    ann.jwt = fresh.json["jwt"]
    assert (await call("POST", "/auth/logout", as_=ann)).json == {"ok": True}
    assert (await received(hers, "closing"))["code"] == "revoked"
    await hers.closed()
    assert (await call("GET", "/users/me", as_=ann)).status == 401
    assert (await call("GET", "/users/me", as_=bob)).json["username"] == "bob"
