"""One walk through the worked example, as a user takes it; on the other driver of MongoDB too."""


async def test_from_a_new_room_to_the_last_word_in_it(call, register, connect, received, until):
    ann, bob = await register("ann"), await register("bob")
    answer = await call("POST", "/auth/local", {"identifier": "bob@example.com", "password": "correct horse"})
    bob.jwt = answer.json["jwt"]
    hers, his = await connect(ann), await connect(bob)

    room = (await call("POST", "/rooms", {"name": "Tea"}, as_=ann)).json
    await call("POST", f"/rooms/{room['id']}/members", {"username": "bob"}, as_=ann)
    assert (await received(his, "room:added"))["name"] == "Tea"

    said = (await call("POST", f"/rooms/{room['id']}/messages", {"text": "hello"}, as_=bob)).json
    assert await received(hers, "message") == said
    assert (await call("GET", f"/rooms/{room['id']}/messages", as_=ann)).json == [said]
    assert await hers.call("typing", {"room": room["id"], "typing": True}) == {"ok": True}
    assert (await received(his, "typing"))["from"] == {"id": ann.id, "username": "ann"}

    fresh = await call("POST", "/auth/refresh", {"refreshToken": ann.refresh_token})
    ann.jwt = fresh.json["jwt"]
    assert (await call("POST", "/auth/logout", as_=ann)).json == {"ok": True}
    assert (await received(hers, "closing"))["code"] == "revoked"
    await hers.closed()
    assert (await call("GET", "/users/me", as_=ann)).status == 401
    assert (await call("GET", "/users/me", as_=bob)).json["username"] == "bob"
