"""realtime/connection.py. Yours to edit, as that is."""


async def test_whoever_connects_is_greeted(register, connect, received):
    client = await connect(await register("anna"))
    assert await received(client, "welcome_event") == "Hello anna@example.com"
