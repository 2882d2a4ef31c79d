"""What the app keeps, and the only place that knows the database. Yours: a new model gets its place in `prepare`."""

from engine import mongo
from engine.mongo import CannotConnect, Database, DatabaseAway, connect
from models import belongings
from models.accounts import codes, sessions, user

__all__ = ["CannotConnect", "Database", "DatabaseAway", "connect", "prepare"]


async def prepare(db: Database) -> None:
    """Makes the indexes that models rely on. Raises CannotConnect."""
    await mongo.prepare(db, [user, sessions, codes, *belongings.MODELS])
