"""The kit's `fetch` on an app that sells seats, whose routes have what a test needs."""

import pytest
from pydantic import BaseModel

from engine.http.client_address import Proxies
from engine.http.errors import ApiError
from engine.http.handler import Handler
from engine.http.health import HealthHandler
from engine.http.origins import Origins
from engine.tests import people
from engine.tests.app import make_app


class Seat(BaseModel):
    """What a client may say of one."""

    row: int
    name: str


class SeatsHandler(Handler):
    """Each method has another way to answer."""

    async def get(self):
        self.write([{"row": 1}])

    async def post(self):
        self.write(self.form(Seat).model_dump())

    async def patch(self):
        raise ApiError(409, "This seat is taken", details={"seat": 7})

    async def delete(self):
        raise RuntimeError("the secret is 42")


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
    routes = [("/seats", SeatsHandler), ("/seats/([^/]+)", SeatsHandler), ("/healthz", HealthHandler)]
    return make_app(routes, origins=Origins(listed, proxies), proxies=proxies, accounts=people.Accounts())
