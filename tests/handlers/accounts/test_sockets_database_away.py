"""What the real app does while its real database is away."""

import pytest

from realtime import io


@pytest.fixture
def db(mongodb, open_database):
    return open_database(f"{mongodb.start()}&serverSelectionTimeoutMS=200", "away")


@pytest.mark.slow
async def test_sessions_that_end_are_noticed_again_once_it_is_back(register, call, connect, mongodb, until, caplog):
    caplog.set_level("INFO", "realtime")

    def lines():
        return [(record.levelname, record.exc_info) for record in caplog.records if record.name == "realtime"]

    anna = await register("anna")
    client = await connect(anna)
    mongodb.stop()
    await until(lambda: lines() == [("ERROR", None)])
    mongodb.start()
    await until(lambda: len(lines()) == 2)
    await call("POST", "/auth/logout", as_=anna)

    assert (await client.received("closing"))["code"] == "revoked"
    assert lines()[1:] == [("INFO", None)]


@pytest.mark.slow
async def test_handshakes_get_503_until_it_is_back(register, connect, wire, mongodb, http_client, base_url):
    async def handshake() -> int:
        answer = await http_client.fetch(f"{base_url}/socket.io/?EIO=4&transport=polling", raise_error=False)
        return answer.code

    anna = await register("anna")
    before = await connect(anna)
    mongodb.stop()

    assert await (await wire()).join(anna.jwt) is None
    assert await handshake() == 503
    assert await handshake() == 503
    await io.send(io.user_room(anna.id), "news", "still here")
    assert await before.received("news") == "still here"

    mongodb.start()
    assert await handshake() == 200
    await (await connect(anna)).settled()
