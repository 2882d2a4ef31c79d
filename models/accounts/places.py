"""Where users have logged in from: tries from elsewhere are limited more (handlers/accounts/login.py)."""

from bson import ObjectId

from engine.mongo import Database
from models.accounts.fields import called
from models.accounts.user import User

MOST_PLACES = 50


async def of(db: Database, identifier: str) -> list[str]:
    """Where the user of this e-mail or username has logged in from; nobody has from nowhere, which takes as long."""
    document = await db.users.find_one(called(identifier), {"places": 1})
    return document.get("places", []) if document else []


async def remember(db: Database, user: User, place: str) -> None:
    """Keeps that the user has logged in from there; beyond MOST_PLACES the first is forgotten."""
    new = {"_id": ObjectId(user.id), "places": {"$ne": place}}
    await db.users.update_one(new, {"$push": {"places": {"$each": [place], "$slice": -MOST_PLACES}}})
