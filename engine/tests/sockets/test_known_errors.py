"""An error that the app's table knows is the client's answer, as it is over REST, and no traceback in the log."""

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from engine.limits import Limits
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.people import ANNA


class NoTable(Exception):
    """An error of models."""

    code, field = "no_table", "table"


class NoTableOutside(NoTable):
    """An heir, which no table names."""


ANSWERS = {NoTable: (404, "NotFoundError")}
DETAILS = {"code": "no_table", "errors": [{"path": ["table"], "message": "It rains", "name": "NotFoundError"}]}
KNOWN = {"name": "NotFoundError", "message": "It rains", "details": DETAILS}
AWAY = {"name": "ServiceUnavailableError", "message": "The database is away, try again shortly"}


@pytest.fixture
def app(io_loop):
    return make_app(accounts=people.Accounts(), limits=Limits(), answers=ANSWERS)


@pytest.fixture(autouse=True)
def handlers(app):
    @io.on("sit")
    async def sit(socket, payload):
        raise NoTableOutside("It rains")

    @io.on("ask the database")
    async def ask(socket, payload):
        raise ServerSelectionTimeoutError("db.example.com:27017: timed out")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize(("event", "error"), [("sit", KNOWN), ("ask the database", AWAY)])
async def test_it_is_in_the_ack(connect, errors, transport, event, error):
    client = await connect(ANNA, transports=[transport])
    assert await client.call(event) == {"error": error}
    assert errors() == []


@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize(("event", "error"), [("sit", KNOWN), ("ask the database", AWAY)])
async def test_where_no_ack_was_asked_for_it_comes_as_an_event(connect, received, errors, transport, event, error):
    client = await connect(ANNA, transports=[transport])
    await client.emit(event)
    assert await received(client, "error") == {"event": event, **error}
    assert await client.settled() == []
    assert errors() == []
