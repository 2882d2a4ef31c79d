"""The indexes of sessions."""

from engine.mongo import Database


async def prepare(db: Database) -> None:
    """Makes them; MongoDB removes a session, ended or not, when its refresh token has run out."""
    await db.sessions.create_index([("user", 1), ("last_used_at", -1)])
    await db.sessions.create_index("ended_at", sparse=True)
    await db.sessions.create_index("expires_at", expireAfterSeconds=0)
