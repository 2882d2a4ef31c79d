"""realtime/connection.py puts users into their rooms."""

from realtime import io


async def test_whoever_connects_hears_what_is_sent_to_their_rooms(register, call, connect, received):
    anna = await register("anna")
    room = (await call("POST", "/rooms", {"name": "Tea"}, as_=anna)).json
    client = await connect(anna)
    await client.settled()
    await io.send(f"room::{room['id']}", "message", "Hello")
    assert await received(client, "message") == "Hello"
