"""Who may act as whom: sessions and the tokens that come with them, from a login to its end."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bson import ObjectId

from engine.mongo.grouped import grouped
from models.accounts import session
from models.accounts.errors import SessionEnded, TokenExpired, UserBlocked, UserUnknown
from models.accounts.refresh_tokens import RefreshTokens, digest
from models.accounts.session import Session
from models.accounts.tokens import Tokens
from models.accounts.user import User
from models.documents import now

# However often it is refreshed, after a year a session asks for the password again.
LONGEST_SECONDS = 365 * 24 * 3600
# How long an answer that was lost on the way can be asked for again.
REPEAT_SECONDS = 10
# What ended so much earlier than the last look is told again, for writes that MongoDB ordered otherwise than its clock.
OVERLAP_SECONDS = 2.0
REUSED = "Someone used an old token of this session; log in again."


class Access(NamedTuple):
    """What an access token gives: to act as `user`, in one session, until `expires_at` (seconds since 1970)."""

    user: User
    session_id: str
    expires_at: int


class Pair(NamedTuple):
    """An access token and a refresh token of a session."""

    jwt: str
    refresh_token: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that has ended; `why` is a sentence for its user."""

    user_id: str
    session_id: str
    why: str


class Sessions:
    """The sessions of one app. Raises ValueError for a secret under 32 bytes."""

    def __init__(self, db, secret: str, access_seconds: int, refresh_seconds: int):
        self._db, self._refresh_seconds = db, refresh_seconds
        self._access, self._refresh = Tokens(secret, access_seconds), RefreshTokens(secret)
        self._latest_end = {"$add": ["$created_at", 1000 * max(LONGEST_SECONDS, refresh_seconds)]}
        # A socket lives no longer than its access token, so what ended earlier has no sockets.
        self._longest_look = access_seconds + OVERLAP_SECONDS
        self._looked = None

    async def begin(self, user: User, device: str, ip: str) -> Pair:
        """A new session of a user, who has just proved to be that user."""
        id = str(ObjectId())
        refresh_token = self._refresh.first(id)
        await session.create(self._db, user, device, ip, digest(refresh_token), id, self._refresh_seconds)
        return self._pair(user.id, id, refresh_token)

    async def authenticate(self, jwt: str) -> Access:
        """What an access token gives, as the database knows user and session now.

        Raises TokenInvalid, TokenExpired, SessionEnded, UserUnknown or UserBlocked, all of them Unauthenticated.
        """
        claims = self._access.read(jwt)
        user = await self._user_of(claims.sid)
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
        session_id, presented, successor = (
            self._refresh.session_id(token),
            digest(token),
            self._refresh.successor(token),
        )
        user = await self._user_of(session_id)
        if not await self._succeed(session_id, presented, digest(successor), ip):
            await self._check_repeated(user, session_id, presented)
        return self._pair(user.id, session_id, successor)

    async def renew(self, user: User, session_id: str) -> Pair:
        """New tokens for a session whose user has changed their password; the refresh token from before is void."""
        refresh_token = self._refresh.first(session_id)
        change = {
            "$set": {"credentials": user.credentials, "refresh_hash": digest(refresh_token), "last_used_at": now()},
            "$unset": {"parent_hash": ""},
        }
        await self._db.sessions.update_one({"_id": ObjectId(session_id)}, change)
        return self._pair(user.id, session_id, refresh_token)

    async def of(self, user_id: str) -> list[Session]:
        """The user's sessions that have not ended, last used first."""
        return await session.of(self._db, user_id)

    async def end(self, user_id: str, session_id: str, why: str) -> bool:
        """Ends one session of a user; `why` is a sentence for them. False if it has ended before. Raises NotFound."""
        return await session.end(self._db, user_id, session_id, why)

    async def end_all(self, user_id: str, why: str, keep: str | None = None):
        """Ends every session of a user except `keep`; `why` is a sentence for them."""
        await session.end_all(self._db, user_id, why, keep)

    async def ended_lately(self) -> list[Ended]:
        """The sessions that have ended, wherever that was done, since this was last asked and a little before.

        One may be told twice; a session never begins again.
        """
        asked = time.monotonic()
        seconds = self._longest_look if self._looked is None else asked - self._looked + OVERLAP_SECONDS
        window = {"$subtract": ["$$NOW", int(1000 * min(seconds, self._longest_look))]}
        wanted = [{"$match": {"$expr": {"$gte": ["$ended_at", window]}}}, {"$project": {"user": 1, "ended_because": 1}}]
        found = await self._db.sessions.aggregate(wanted).to_list(None)
        self._looked = asked
        return [Ended(str(each["user"]), str(each["_id"]), each["ended_because"]) for each in found]

    def _pair(self, user_id: str, session_id: str, refresh_token: str) -> Pair:
        return Pair(self._access.issue(user_id, session_id), refresh_token, session_id)

    async def _user_of(self, session_id: str) -> User:
        """The user of a session that goes on."""
        document = await _by_id(self._db, session_id)
        if document is None:
            raise SessionEnded
        if not document["users"]:
            raise UserUnknown
        user = User.of(document["users"][0])
        if user.blocked:
            raise UserBlocked
        if document.get("ended_at"):
            raise SessionEnded(document["ended_because"])
        if document["credentials"] != user.credentials:
            raise SessionEnded
        return user

    async def _succeed(self, session_id: str, presented: str, successor: str, ip: str) -> bool:
        """Puts the successor in the place of the token presented, if that is the session's latest."""
        time = now()
        change = {
            "refresh_hash": successor,
            "parent_hash": presented,
            "last_used_at": time,
            "ip": ip,
            "expires_at": {"$min": [time + timedelta(seconds=self._refresh_seconds), self._latest_end]},
        }
        latest = {"_id": ObjectId(session_id), "refresh_hash": presented, "ended_at": None, "expires_at": {"$gt": time}}
        return (await self._db.sessions.update_one(latest, [{"$set": change}])).modified_count > 0

    async def _check_repeated(self, user: User, session_id: str, presented: str):
        """Raises unless the token presented is the latest one's parent, used just now."""
        document = await self._db.sessions.find_one({"_id": ObjectId(session_id), "ended_at": None})
        if document is None:
            raise SessionEnded
        if document["expires_at"] <= now():
            raise TokenExpired
        if document.get("parent_hash") == presented and _just_now(document["last_used_at"]):
            return
        await self.end(user.id, session_id, REUSED)
        raise SessionEnded(REUSED)


def _just_now(time: datetime) -> bool:
    return now() - time <= timedelta(seconds=REPEAT_SECONDS)


@grouped
async def _by_id(db, ids: list[str]) -> dict[str, dict]:
    """Sessions, each with its user, for all who ask in this turn: one call of the driver."""
    wanted = [ObjectId(id) for id in ids if ObjectId.is_valid(id)]
    found = db.sessions.aggregate(
        [
            {"$match": {"_id": {"$in": wanted}}},
            {"$lookup": {"from": "users", "localField": "user", "foreignField": "_id", "as": "users"}},
            {"$project": {"users.password_hash": 0, "refresh_hash": 0, "parent_hash": 0}},
        ]
    )
    return {str(document["_id"]): document async for document in found}
