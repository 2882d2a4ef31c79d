"""Who asks the app in a test, and what they are answered."""

from dataclasses import dataclass


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
