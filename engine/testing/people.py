"""Who asks the app in a test, and what they are answered."""

import json
from dataclasses import dataclass

import pytest


@dataclass
class Answer:
    """What a request got."""

    status: int
    json: object
    headers: object


@dataclass
class Someone:
    """A registered user and their tokens."""

    id: str
    username: str
    email: str
    jwt: str
    refresh_token: str


@pytest.fixture
def call(http_client, base_url):
    """`answer = await call("POST", "/rooms", {"name": "Tea"}, as_=anna)` sends a request; without `as_` as nobody."""

    async def call(method: str, path: str, body=None, *, as_: Someone | None = None) -> Answer:
        response = await http_client.fetch(
            base_url + path,
            method=method,
            headers={"Authorization": f"Bearer {as_.jwt}"} if as_ else {},
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,
            raise_error=False,
        )
        return Answer(response.code, json.loads(response.body or b"null"), response.headers)

    return call


@pytest.fixture
def register(call):
    """`anna = await register("anna")` makes a user, whose token is `anna.jwt`."""

    async def register(name: str) -> Someone:
        form = {"username": name, "email": f"{name}@example.com", "password": "correct horse"}
        answer = await call("POST", "/auth/local/register", form)
        assert answer.status == 200, answer.json
        user = answer.json["user"]
        return Someone(user["id"], user["username"], user["email"], answer.json["jwt"], answer.json["refreshToken"])

    return register
