"""What tests of handlers need beside the kit."""

import pytest


@pytest.fixture
def database_away(monkeypatch, open_database):
    """A database where nobody answers, for a test's own `db`."""
    monkeypatch.setattr("engine.mongo.availability.ANSWER_SECONDS", 0.05)
    return open_database("mongodb://127.0.0.1:9/", "away", serverSelectionTimeoutMS=50)
