"""Real users in a real MongoDB for the starter: it looks each one up, and the room each is in."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import argon2

import models
from bench.users import SECRET, Users
from models import mongod, passwords
from models.room import Room
from models.sessions import Sessions
from models.user import User

DATABASE = "bench"
ROOM_SIZE = 10
DAY = 86400


async def register(db, numbers: range) -> list[User]:
    """A few users who share a room."""
    users = []
    for number in numbers:
        users.append(await User.register(db, f"user{number}", f"user{number}@example.com", "a password"))
    room = await Room.create(db, f"Room {numbers.start}", users[0])
    for user in users[1:]:
        await room.add(user)
    return users


async def everybody(db, count: int) -> list[User]:
    """`count` users, in rooms of ten."""
    # Nobody logs in with these passwords, and hashing thousands of them properly takes minutes.
    passwords.hasher = argon2.PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    starts = iter(range(0, count, ROOM_SIZE))
    users = []

    async def worker():
        for start in starts:
            users.extend(await register(db, range(start, min(start + ROOM_SIZE, count))))

    await asyncio.gather(*(worker() for _ in range(32)))
    return users


@asynccontextmanager
async def registered(count: int) -> AsyncIterator[Users]:
    """Users who exist, in a MongoDB that runs on the load's core; their tokens are the starter's own."""
    print(f"registering {count:,} users", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, mongod.running(Path(folder) / "mongo") as url:
        db = models.connect(url, DATABASE)
        await models.prepare(db)
        sessions = Sessions(db, SECRET, DAY, DAY)
        issued = [(user.id, (await sessions.begin(user, "bench", "")).jwt) for user in await everybody(db, count)]
        db.client.close()
        environment = {
            "ENV": "production",
            "ADDRESS": "127.0.0.1",
            "JWT_SECRET": SECRET,
            # The peers have no such limit.
            "MAX_EVENTS_PER_SECOND": "1000000",
            "ACCESS_TOKEN_SECONDS": str(DAY),
            "MONGODB_URL": url,
            "MONGODB_DATABASE": DATABASE,
        }
        yield Users(environment, lambda: iter(issued))
