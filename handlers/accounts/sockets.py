"""What sockets ask of accounts: whose a token is, and which sessions have ended."""

from engine.errors import Forgotten, Refused, Unavailable
from engine.mongo import DatabaseAway
from engine.mongo.availability import Availability
from models.accounts.errors import Unauthenticated
from models.accounts.sessions import Access, Ended, EndingsForgotten, Sessions


class SocketAccounts:
    """Answers for `io`, see engine/accounts.py."""

    def __init__(self, sessions: Sessions, availability: Availability):
        self._sessions, self._availability = sessions, availability

    async def authenticate(self, token: str) -> Access:
        """Whose token it is, and until when. Raises Refused and Unavailable."""
        try:
            await self._availability.check()
            return await self._sessions.authenticate(token)
        except Unauthenticated as error:
            raise Refused(error.code, str(error)) from None
        except DatabaseAway as error:
            raise Unavailable(str(error)) from None

    async def ended(self) -> list[Ended]:
        """The sessions that have ended lately, and users with other rights. Raises Unavailable and Forgotten."""
        try:
            return await self._sessions.ended_lately()
        except EndingsForgotten:
            raise Forgotten from None
        except DatabaseAway as error:
            raise Unavailable(str(error)) from None

    async def available(self) -> bool:
        """Whether the database answers now."""
        return await self._availability.ask()
