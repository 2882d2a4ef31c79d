"""Codes that are sent by e-mail: each for one purpose and one use; what is kept of one is its hash."""

import hashlib
import secrets
from datetime import timedelta
from typing import Literal, NamedTuple

from engine.mongo import Database
from models.accounts.errors import CodeInvalid
from models.accounts.user import User
from models.documents import now

Purpose = Literal["reset password", "confirm email"]
LIFETIME_SECONDS = 3600
LONGEST_CODE = 100


class Code(NamedTuple):
    """Whose code it was, and the address that it was sent to."""

    user_id: str
    email: str


async def make(db: Database, purpose: Purpose, user: User, email: str) -> str:
    """A new code for a user, to be sent to `email`; an earlier one for the same purpose is void.

    It is good for as long as the user's address and password are those of `user`, however long ago that was read.
    """
    await db.codes.delete_many({"user": user.id, "purpose": purpose})
    code = secrets.token_urlsafe(32)
    document = {"_id": _digest(code), "purpose": purpose, "email": email, **_made_for(user)}
    await db.codes.insert_one({**document, "expires_at": now() + timedelta(seconds=LIFETIME_SECONDS)})
    return code


async def find(db: Database, purpose: Purpose, code: str) -> Code:
    """Whose a code is, which is good after that too. Raises CodeInvalid for one unknown, used or older than an hour."""
    return _found(await db.codes.find_one(_valid(purpose, code)))


async def take(db: Database, purpose: Purpose, code: str, user: User) -> Code:
    """Uses a code of this user up. Raises CodeInvalid as `find`, and for one made for another address or password."""
    return _found(await db.codes.find_one_and_delete({**_valid(purpose, code), **_made_for(user)}))


async def forget(db: Database, user_id: str, *purposes: Purpose) -> None:
    """Makes the user's codes void, of these purposes or, without any, of all."""
    await db.codes.delete_many({"user": user_id, **({"purpose": {"$in": purposes}} if purposes else {})})


def _made_for(user: User) -> dict:
    return {"user": user.id, "address": user.email, "credentials": user.credentials}


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
