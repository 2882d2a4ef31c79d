"""What other collections hold of a user: it follows a new name, and goes with the account. Yours to extend.

A model that keeps a user's name or id gets a line in MODELS, and three functions: `renamed`, for where it copies the
name, `deleted` for what is the user's, and `prepare` for the index that finds it, or each call reads the whole
collection. `renamed` and `deleted` may be called again for the same user: after a crash half way there is a second try.
`deleted` runs before the account is gone, and once more after it: what a model writes for a user it checks after that
(`User.get`), and takes back if they are gone.
"""

from typing import Protocol

from engine.mongo import Database
from models import message, room
from models.accounts.user import User


class Belonging(Protocol):
    async def renamed(self, db: Database, user: User, /) -> None: ...
    async def deleted(self, db: Database, user_id: str, /) -> None: ...
    async def prepare(self, db: Database, /) -> None: ...


MODELS: list[Belonging] = [
    # The example. In this order: who is in a room no more says nothing there any more (Room.post).
    room,
    message,
    # End of the example
]


async def renamed(db: Database, user: User) -> None:
    """Writes a user's new name wherever the old one was copied to."""
    for model in MODELS:
        await model.renamed(db, user)


async def deleted(db: Database, user_id: str) -> None:
    """Deletes what is a user's."""
    for model in MODELS:
        await model.deleted(db, user_id)
