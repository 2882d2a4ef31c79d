"""What nodes tell each other: one class a kind of message."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """A packet for some rooms; for none it is that whose channel it came on, or everybody."""

    rooms: tuple[str, ...] = ()
    namespace: str = "/"
    skip: tuple[str, ...] = ()
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Every socket of a user joins rooms."""

    user_id: str
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """Every socket of a user leaves rooms."""

    user_id: str
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Everybody leaves a room."""

    room: str
    namespace: str = "/"


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Every socket of a user, or of one session, is closed."""

    user_id: str
    reason: str
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A packet whose ack is an answer."""

    user_id: str
    event: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a room?"""

    room: str


@dataclass(frozen=True, slots=True)
class Connections:
    """Who is connected?"""


@dataclass(frozen=True, slots=True)
class Answer:
    """To the message of this number, for whoever sent it.

    What an ack said stands in the packet; of a list, a page at a time, `last` telling the last. `error` names an
    exception, `reason` is its text.
    """

    number: int
    error: str = ""
    reason: str = ""
    page: Any = None
    last: bool = True


@dataclass(frozen=True, slots=True)
class Hello:
    """A node is there; whoever hears it from all answers, so that both know each other."""

    answers: bool = False


@dataclass(frozen=True, slots=True)
class Bye:
    """A node ends."""


@dataclass(frozen=True, slots=True)
class Done:
    """Are you done with the message of this number of mine?"""

    number: int


@dataclass(frozen=True, slots=True)
class GiveWay:
    """The client of this pid has come back: its former socket ends as if it were gone."""

    pid: str
    user_id: str
    session_id: str


Content = (
    Event | Join | Leave | Close | Disconnect | Request | Members | Connections | Answer | Hello | Bye | Done
    | GiveWay
)  # fmt: skip
KINDS: tuple[type[Content], ...] = (
    Event, Join, Leave, Close, Disconnect, Request, Members, Connections, Answer, Hello, Bye, Done,
    GiveWay,
)  # fmt: skip
PLAIN = Event()
"""An event for the one room whose channel it is published on: what there are many of."""
