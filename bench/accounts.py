"""Real users in a real MongoDB for the starter: it looks each one up, and the room each is in."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

import argon2

import models
from bench import rooms
from bench.users import SECRET, Users
from engine.mongo import close, mongod
from models.accounts import passwords
from models.accounts.sessions import Sessions
from models.accounts.user import User

DATABASE = "bench"
DAY = 86400
MEMBERS = 2 * rooms.SIZE
PASSWORD = "correct horse battery"


class Registration:
    """Registers users, ten to a room; `logged_in` collects (user id, token)."""

    def __init__(self, db):
        self.db, self.links = db, Sessions(db, SECRET, DAY, DAY)
        self.logged_in: list[tuple[str, str]] = []

    async def everybody(self, count: int):
        """`count` users with tokens, and before them MEMBERS who log in, with passwords that are hashed as in life."""
        await self.rooms(range(MEMBERS))
        # Nobody logs in with the others' passwords, and hashing thousands of them properly takes minutes.
        passwords.hasher = argon2.PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
        await self.rooms(range(MEMBERS, MEMBERS + count))

    async def rooms(self, numbers: range):
        """All of these users, several rooms at once."""
        starts = iter(numbers[:: rooms.SIZE])

        async def worker():
            for start in starts:
                await self.room(range(start, min(start + rooms.SIZE, numbers.stop)))

        await asyncio.gather(*(worker() for _ in range(32)))

    async def room(self, numbers: range):
        """A few users who share a room."""
        users = [await User.register(self.db, f"user{number}", email(number), PASSWORD) for number in numbers]
        await rooms.create(self.db, f"Room {numbers.start}", users)
        # Who logs in by the thousand ends their own earliest sessions: those users' tokens would not last.
        for user in users if numbers.start >= MEMBERS else []:
            pair = await self.links.begin(user, "benchmark", "127.0.0.1")
            self.logged_in.append((user.id, pair.jwt))


def email(number: int) -> str:
    return f"user{number}@example.com"


@asynccontextmanager
async def registered(count: int) -> AsyncIterator[Users]:
    """Users who exist, in a MongoDB that runs on the load's core; their tokens are the starter's own."""
    print(f"registering {count:,} users", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, mongod.running(Path(folder) / "mongo") as url:
        db = models.connect(url, DATABASE)
        await models.prepare(db)
        await rooms.prepare(db)
        registration = Registration(db)
        await registration.everybody(count)
        await close(db)
        environment = {
            "ENV": "production",
            "ADDRESS": "127.0.0.1",
            "JWT_SECRET": SECRET,
            # The peers have no such limits.
            "MAX_EVENTS_PER_SECOND": "1000000",
            "RATE_LIMITS": "false",
            "ACCESS_TOKEN_SECONDS": str(DAY),
            "MONGODB_URL": url,
            "MONGODB_DATABASE": DATABASE,
        }
        members = tuple((email(number), PASSWORD) for number in range(MEMBERS))
        yield Users(environment, lambda: cycle(registration.logged_in), members)
