"""What tests of handlers need beside the kit."""

import pytest


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
def database_away(monkeypatch, open_database):
    """A database where nobody answers, for a test's own `db`."""
    monkeypatch.setattr("engine.mongo.availability.ANSWER_SECONDS", 0.05)
    return open_database("mongodb://127.0.0.1:9/", "away", serverSelectionTimeoutMS=50)
