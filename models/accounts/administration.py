"""What an administrator does to a user, by a handler or by the command line (models/__main__.py).

It holds for open sockets too, within a second, on every server.
"""

from engine.mongo import Database
from models.accounts import sessions
from models.accounts.errors import AccountBlocked
from models.accounts.user import User

LOGGED_OUT = "An administrator ended this session; log in again."


async def set_role(db: Database, user: User, role: str) -> User:
    """Makes the user what `role` says. Raises ValueError for one that models/roles.py has not, and NotFound."""
    return await user.change(db, role=role)


async def block(db: Database, user: User) -> User:
    """Logs a user out everywhere, and lets them in no more. Raises NotFound."""
    blocked = await user.change(db, blocked=True)
    await sessions.end_all(db, user.id, f"{AccountBlocked.message}.")
    return blocked


async def unblock(db: Database, user: User) -> User:
    """Lets a blocked user log in again. Raises NotFound."""
    return await user.change(db, blocked=False)


async def log_out(db: Database, user: User) -> None:
    """Logs a user out everywhere; they may log in again."""
    await sessions.end_all(db, user.id, LOGGED_OUT)
