"""Roles in the whole app: who may what, over REST and in events, and what becomes of open sockets."""

import asyncio
from functools import partial

import pytest
from tornado.web import Application

from handlers.base import BaseHandler, allowed
from models import roles
from models.__main__ import give_role, perform
from models.accounts import administration
from models.accounts.errors import SamePassword
from models.accounts.user import User
from models.errors import NotFound
from realtime import io

TRANSPORTS = pytest.mark.parametrize("transport", ["websocket", "polling"])
CLOSING = {"code": "role", "message": "What you may do has changed; this client connects again by itself."}
FORBIDDEN = {"name": "ForbiddenError", "message": "You may not do that"}


class KitchenHandler(BaseHandler):
    @allowed("cook", lambda user: user.username == "owner")
    async def get(self):
        self.write({"soup": "hot"})


@pytest.fixture
def app(app) -> Application:
    """A clone's app: it has cooks, and what is for them."""
    app.add_handlers(".*", [("/kitchen", KitchenHandler)])

    @io.on("cook", allow="cook")
    async def cook(socket, payload):
        return {"by": socket.user.username}

    @io.on("look for a room")
    async def look(socket, payload):
        raise NotFound("There is no such room")

    @io.on("keep the password")
    async def keep(socket, payload):
        raise SamePassword

    return app


@pytest.fixture(autouse=True)
def cooks(monkeypatch):
    monkeypatch.setattr(roles, "ROLES", [*roles.ROLES, "cook"])


@pytest.fixture
def ann(register, io_loop):
    return io_loop.run_sync(partial(register, "ann"))


@TRANSPORTS
async def test_a_role_that_is_given_reaches_open_sockets(ann, connect, received, db, transport):
    before = await connect(ann, transports=[transport])
    assert await before.call("cook") == {"error": FORBIDDEN}
    async with asyncio.timeout(30):
        assert await perform(db, give_role, "ann", "cook") == "ann has the role cook now."
        assert await received(before, "closing") == CLOSING
        await before.closed()
    after = await connect(ann, transports=[transport])
    assert await after.call("cook") == {"by": "ann"}


@TRANSPORTS
async def test_a_role_that_is_taken_away_is_gone_from_open_sockets(ann, connect, received, db, transport):
    await perform(db, give_role, "ann", "cook")
    before = await connect(ann, transports=[transport])
    assert await before.call("cook") == {"by": "ann"}
    async with asyncio.timeout(30):
        await administration.set_role(db, await User.get(db, ann.id), "authenticated")
        assert await received(before, "closing") == CLOSING
        await before.closed()
    after = await connect(ann, transports=[transport])
    assert await after.call("cook") == {"error": FORBIDDEN}
    assert "closing" not in await after.settled()


async def test_a_socket_that_connects_after_the_change_stays(ann, connect, db):
    await perform(db, give_role, "ann", "cook")
    client = await connect(ann)
    await asyncio.sleep(0.3)
    assert "closing" not in await client.settled()


async def test_a_user_is_fresh_after_a_renewal(ann, connect, call, login, refresh):
    client = await connect(ann)
    await call("PATCH", "/users/me", {"username": "anna", "currentPassword": "correct horse"}, as_=ann)
    await asyncio.sleep(1)  # a token that lives no longer is refused
    fresh = (await refresh(ann.refresh_token)).json["jwt"]
    assert (await client.call("token:renew", {"token": fresh}))["ok"]
    [socket] = io.node.hub.all_of_user(ann.id)
    assert socket.user.username == "anna"


async def test_a_handler_is_for_those_that_it_allows(ann, register, call, db):
    owner = await register("owner")
    answer = await call("GET", "/kitchen", as_=ann)
    assert (answer.status, answer.json["error"]["name"]) == (403, "ForbiddenError")
    assert answer.json["error"]["message"] == FORBIDDEN["message"]
    assert (await call("GET", "/kitchen")).status == 401
    await perform(db, give_role, "ann", "cook")
    for who in (ann, owner):
        assert (await call("GET", "/kitchen", as_=who)).json == {"soup": "hot"}


def test_what_allows_nobody_is_refused_when_it_is_written():
    with pytest.raises(TypeError):
        allowed("")


@TRANSPORTS
async def test_an_error_of_models_is_in_an_ack_what_it_is_over_rest(ann, connect, caplog, transport):
    client = await connect(ann, transports=[transport])
    not_found = {"name": "NotFoundError", "message": "There is no such room"}
    assert await client.call("look for a room") == {"error": not_found}
    same = {"name": "ValidationError", "message": SamePassword.message}
    field = {"path": ["password"], "message": SamePassword.message, "name": "ValidationError"}
    assert await client.call("keep the password") == {"error": {**same, "details": {"errors": [field]}}}
    await client.emit("look for a room")
    assert await client.received("error") == {"event": "look for a room", **not_found}
    assert "Traceback" not in caplog.text
