"""The indexes of sessions."""

from engine.mongo import Database


async def prepare(db: Database) -> None:
    """Makes them; MongoDB removes a session when its refresh token has run out, or minutes after its end."""
    # What has ended is not looked at for what goes on, however much there is of it.
    await db.sessions.create_index([("user", 1), ("ended_at", 1), ("last_used_at", -1)])
    await db.sessions.create_index("ended_at", sparse=True)
    await db.sessions.create_index("expires_at", expireAfterSeconds=0)
