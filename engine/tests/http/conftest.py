"""The kit's `fetch` on an app that sells seats."""

import pytest

from engine.http.client_address import Proxies
from engine.http.origins import Origins
from engine.tests import people
from engine.tests.app import make_app
from engine.tests.seats import ROUTES


@pytest.fixture
def listed() -> list[str]:
    """The origins that the app's settings list."""
    return []


@pytest.fixture
def trusted() -> list[str]:
    """The proxies that they trust."""
    return []


@pytest.fixture
def app(io_loop, listed, trusted):
    proxies = Proxies(trusted)
    return make_app(ROUTES, origins=Origins(listed, proxies), proxies=proxies, accounts=people.Accounts())
