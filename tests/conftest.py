"""What tests know of this app. Yours to add to; the verbs, and what they do, are in engine/testing/plugin.py."""

import argon2
import pytest

import app as application
import models
import realtime
from models.accounts import passwords
from settings import Settings

pytest_plugins = ["engine.testing.plugin"]


@pytest.fixture(scope="session")
def io():
    return realtime.io


@pytest.fixture(scope="session")
def prepare():
    """Makes the indexes of the tests' database."""
    return models.prepare


@pytest.fixture(scope="session")
def usual_settings() -> Settings:
    """What `settings` are made of, once: to check them takes longer than many a test."""
    return Settings(_env_file=None, env="development", jwt_secret="s" * 32, drain_seconds=0, rate_limits=False)


@pytest.fixture
def app(io_loop, settings, db):
    """The real application, with every route and with Socket.IO."""
    return application.make_app(settings, db)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """A password costs 25 ms of a core, on purpose. A test that is about that has a fixture of this name, and pays."""
    monkeypatch.setattr(passwords, "hasher", argon2.PasswordHasher(memory_cost=8, time_cost=1, parallelism=1))
