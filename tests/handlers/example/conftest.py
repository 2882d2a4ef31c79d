"""What tests of the worked example need beside the kit."""

import pytest

import app as application
from models.room import Room
from realtime import io


@pytest.fixture
def make_room(call):
    """`room = await make_room(ann, bob)` is a room of ann's with bob in it."""

    async def make_room(owner, *others):
        room = (await call("POST", "/rooms", {"name": "Tea"}, as_=owner)).json
        for other in others:
            room = (await call("POST", f"/rooms/{room['id']}/members", {"username": other.username}, as_=owner)).json
        return room

    return make_room


@pytest.fixture
def steady_connection(monkeypatch):
    """For tests of something else than connection.py: it joins and greets as it did when they were written."""

    async def connection(socket, user):
        for room in await Room.of(socket.db, user):
            await io.join(user.id, f"room::{room.id}")
        await io.send(f"user::{user.id}", "welcome_event", f"Hello {user.email}")

    monkeypatch.setattr(application, "connection", connection)
