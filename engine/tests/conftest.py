"""The kit on an app that has realtime only, so that a test is about nothing else."""

import pytest

from engine.tests import app as small

pytest_plugins = ["engine.testing.plugin", "engine.tests.transport.server_process", "engine.tests.two_nodes"]


@pytest.fixture(scope="session")
def io():
    return small.io


@pytest.fixture(scope="session")
def prepare():
    """No indexes."""

    async def prepare(db):
        pass

    return prepare
