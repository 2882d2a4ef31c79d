"""The benchmark's tests start servers of their own."""

import pytest

pytest_plugins = ["engine.testing.plugin"]


@pytest.fixture
def own_events():
    """Instead of the kit's, which needs an `io`."""
