"""Codes that are sent by e-mail: each for one purpose and one use; what is kept of one is its hash."""

import hashlib
import secrets
from datetime import timedelta
from typing import Literal, NamedTuple

from engine.mongo import Database
from models.accounts.errors import CodeInvalid
from models.documents import now

Purpose = Literal["reset password", "confirm email"]
LIFETIME_SECONDS = 3600
LONGEST_CODE = 100


class Code(NamedTuple):
    """Whose code it was, and the address that it was sent to."""

    user_id: str
    email: str


async def make(db: Database, purpose: Purpose, user_id: str, email: str) -> str:
    """A new code for a user; an earlier one for the same purpose is void."""
    await db.codes.delete_many({"user": user_id, "purpose": purpose})
    code = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(seconds=LIFETIME_SECONDS)
    await db.codes.insert_one(
        {"_id": _digest(code), "purpose": purpose, "user": user_id, "email": email, "expires_at": expires_at}
    )
    return code


async def find(db: Database, purpose: Purpose, code: str) -> Code:
    """What a code is good for, which it still is after that. Raises CodeInvalid as `take`."""
    return _found(await db.codes.find_one(_valid(purpose, code)))


async def take(db: Database, purpose: Purpose, code: str) -> Code:
    """Uses a code up. Raises CodeInvalid for one that is unknown, used, or older than an hour."""
    return _found(await db.codes.find_one_and_delete(_valid(purpose, code)))


async def forget(db: Database, user_id: str, *purposes: Purpose) -> None:
    """Makes the user's codes void, of these purposes or, without any, of all."""
    await db.codes.delete_many({"user": user_id, **({"purpose": {"$in": purposes}} if purposes else {})})


def _found(document: dict | None) -> Code:
    if document is None:
        raise CodeInvalid
    return Code(document["user"], document["email"])


def _valid(purpose: Purpose, code: str) -> dict:
    return {"_id": _digest(code), "purpose": purpose, "expires_at": {"$gt": now()}}


def _digest(code: str) -> str:
    # It holds 256 bits of chance, so a plain hash can't be guessed.
    return hashlib.sha256(code.encode()).hexdigest()


async def prepare(db: Database) -> None:
    """The indexes; MongoDB removes codes that are too old."""
    await db.codes.create_index("user")
    await db.codes.create_index("expires_at", expireAfterSeconds=0)
