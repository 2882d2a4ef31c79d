"""`Sessions`: what the app does with sessions and their tokens."""

from typing import NamedTuple

from bson import ObjectId

from engine.mongo import Database
from models.accounts.errors import SessionEnded
from models.accounts.refresh_tokens import RefreshTokens, digest
from models.accounts.sessions import ending, refreshing, session
from models.accounts.sessions.access import Access, user_of
from models.accounts.sessions.ending import Ended, Endings
from models.accounts.sessions.session import Session
from models.accounts.tokens import Tokens
from models.accounts.user import User


class Pair(NamedTuple):
    """An access token and a refresh token of a session."""

    jwt: str
    refresh_token: str
    session_id: str


class Sessions:
    """The sessions of one app. Raises ValueError for a secret under 32 bytes."""

    def __init__(self, db: Database, secret: str, access_seconds: int, refresh_seconds: int):
        self._db, self._refresh_seconds = db, refresh_seconds
        self._access, self._refresh = Tokens(secret, access_seconds), RefreshTokens(secret)
        self._endings = Endings(db, access_seconds)

    async def begin(self, user: User, device: str, ip: str) -> Pair:
        """A new session of a user, who has just proved to be that user."""
        id = str(ObjectId())
        refresh_token = self._refresh.first(id)
        await refreshing.begin(self._db, id, user, device, ip, digest(refresh_token), self._refresh_seconds)
        return self._pair(user.id, id, refresh_token)

    async def authenticate(self, jwt: str) -> Access:
        """What an access token gives, as the database knows user and session now.

        Raises TokenInvalid, TokenExpired, SessionEnded, UserUnknown or UserBlocked, all of them Unauthenticated.
        """
        claims = self._access.read(jwt)
        user = await user_of(self._db, claims.sid)
        if user.id != claims.sub:
            raise SessionEnded
        return Access(user, claims.sid, claims.exp)

    def session_id(self, refresh_token: str) -> str:
        """The session of a refresh token that was made here, be it used or not. Raises TokenInvalid."""
        return self._refresh.session_id(refresh_token)

    async def refresh(self, token: str, ip: str) -> Pair:
        """New tokens for a refresh token, which is used up by that; asked again within 10 s, the same ones.

        A token that was used before ends the session, for then somebody else has it too. Raises what `authenticate`
        raises.
        """
        session_id, presented = self._refresh.session_id(token), digest(token)
        successor = self._refresh.successor(token)
        user = await user_of(self._db, session_id)
        if not await refreshing.succeed(self._db, session_id, presented, digest(successor), ip, self._refresh_seconds):
            await refreshing.check_repeated(self._db, session_id, user, presented)
        return self._pair(user.id, session_id, successor)

    async def renew(self, user: User, session_id: str) -> Pair:
        """New tokens for a session whose user has changed their password; the refresh token from before is void."""
        refresh_token = self._refresh.first(session_id)
        await refreshing.renew(self._db, session_id, user, digest(refresh_token))
        return self._pair(user.id, session_id, refresh_token)

    async def of(self, user_id: str) -> list[Session]:
        """The user's sessions that have not ended, last used first."""
        return await session.of(self._db, user_id)

    async def end(self, user_id: str, session_id: str, why: str) -> bool:
        """Ends one session of a user; `why` is a sentence for them. False if it has ended before. Raises NotFound."""
        return await ending.end(self._db, user_id, session_id, why)

    async def end_all(self, user_id: str, why: str, keep: str | None = None) -> None:
        """Ends every session of a user except `keep`; `why` is a sentence for them."""
        await ending.end_all(self._db, user_id, why, keep)

    async def ended_lately(self) -> list[Ended]:
        """The sessions that have ended and the roles that have changed, since this was last asked and a little before.

        Wherever that was done. It may be told twice; a session never begins again.
        """
        return await self._endings.lately()

    def _pair(self, user_id: str, session_id: str, refresh_token: str) -> Pair:
        return Pair(self._access.issue(user_id, session_id), refresh_token, session_id)
