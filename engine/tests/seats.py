"""Routes of an app that sells seats, for tests of requests."""

from pydantic import BaseModel

from engine.http.errors import ApiError
from engine.http.handler import Handler
from engine.http.health import HealthHandler


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


ROUTES = [("/seats", SeatsHandler), ("/seats/([^/]+)", SeatsHandler), ("/healthz", HealthHandler)]
