"""What the engine asks of an app about its users. The app gives `io.attach` one object that answers."""

from collections.abc import Iterable
from typing import Any, Protocol


class User(Protocol):
    """Whoever is connected. The engine needs an `id`, a str, int or UUID; the rest is the app's."""

    @property
    def id(self) -> Any: ...


class Access(Protocol):
    """What a token gives: to be connected as `user`, in the session `session_id` if it has one.

    `expires_at` is in seconds since 1970, math.inf for never.
    """

    @property
    def user(self) -> User: ...

    @property
    def session_id(self) -> str | None: ...

    @property
    def expires_at(self) -> float: ...


class Ended(Protocol):
    """What takes a user's rights away: the end of a session, or, without one, another role. `why` is a sentence.

    `code` is "revoked" for what closes sockets for good, "role" for those that may come back, as what the user is now.
    """

    @property
    def user_id(self) -> Any: ...

    @property
    def session_id(self) -> str | None: ...

    @property
    def why(self) -> str: ...

    @property
    def code(self) -> str: ...

    def concerns(self, user: Any, /) -> bool:
        """Whether it concerns a socket whose user was read as this at its handshake."""
        ...


class Accounts(Protocol):
    """Answers for the app's users and their sessions."""

    async def authenticate(self, token: str, /) -> Access:
        """What a token gives. Raises Refused, or Unavailable if it cannot be told now."""
        ...

    async def ended(self) -> Iterable[Ended]:
        """What has ended since this was last asked; it may be told again. The sockets concerned are closed.

        Raises Unavailable if it cannot be told now, and then tells of these too when asked again; Forgotten if it
        cannot be told any more, for which everybody has to connect anew.
        """
        ...

    async def available(self) -> bool:
        """Whether tokens can be checked now. It is asked after `authenticate` has raised Unavailable."""
        ...
