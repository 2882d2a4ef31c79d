"""Roles and blocked users, from the command line: `python -m models block anna`, whether or not the app runs."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import models
from engine.mongo import Database, mongod
from models.accounts import administration
from models.accounts.user import User
from models.roles import ROLES
from settings import Settings, SettingsError, load

Action = Callable[..., Awaitable[str]]


class NoSuchUser(Exception):
    """Nobody goes by that username or e-mail."""


async def make_admin(db: Database, user: User) -> str:
    """make a user an admin"""
    await administration.set_role(db, user, "admin")
    return f"{user.username} is an admin now."


async def make_user(db: Database, user: User) -> str:
    """make an admin a user like others"""
    await administration.set_role(db, user, ROLES[0])
    return f"{user.username} is no longer an admin."


async def give_role(db: Database, user: User, role: str) -> str:
    """make a user whatever models/roles.py has"""
    await administration.set_role(db, user, role)
    return f"{user.username} has the role {role} now."


async def block(db: Database, user: User) -> str:
    """log a user out everywhere, and let them in no more"""
    await administration.block(db, user)
    return f"{user.username} is blocked and logged out everywhere."


async def unblock(db: Database, user: User) -> str:
    """let a blocked user log in again"""
    await administration.unblock(db, user)
    return f"{user.username} may log in."


async def log_out(db: Database, user: User) -> str:
    """log a user out everywhere; they may log in again"""
    await administration.log_out(db, user)
    return f"{user.username} is logged out everywhere."


COMMANDS: dict[str, Action] = {
    "role": give_role,
    "admin": make_admin,
    "user": make_user,
    "block": block,
    "unblock": unblock,
    "logout": log_out,
}


def arguments(given: list[str]) -> argparse.Namespace:
    """`action`, one of COMMANDS, `user`, and what else it takes in `more`. Without any, the usage is printed."""
    parser = argparse.ArgumentParser(prog="python -m models", description="Roles of users, and users who are blocked.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, action in COMMANDS.items():
        command = commands.add_parser(name, help=action.__doc__, description=action.__doc__)
        command.add_argument("user", metavar="USER", help="a username or an e-mail")
        command.set_defaults(action=action, more=[])
    commands.choices["role"].add_argument("more", metavar="ROLE", choices=ROLES, nargs=1, help=", ".join(ROLES))
    return parser.parse_args(given or ["--help"])


def database(settings: Settings):
    """MONGODB_URL, or the private MongoDB of development: the running app's, or one that is started for this."""
    return nullcontext(settings.mongodb_url) if settings.mongodb_url else mongod.borrowed(settings.var_dir / "mongo")


async def perform(db: Database, action: Action, identifier: str, *more: str) -> str:
    """Does it to the user of that username or e-mail, and returns what was done. Raises NoSuchUser."""
    user = await User.find(db, identifier)
    if user is None:
        raise NoSuchUser(f"There is no user {identifier}.")
    return await action(db, user, *more)


async def run(settings: Settings, mongodb_url: str, *what) -> str:
    """Connects, and performs it. Raises NoSuchUser, models.CannotConnect, models.DatabaseAway."""
    db = models.connect(mongodb_url, settings.mongodb_database)
    await models.prepare(db)
    return await perform(db, *what)


def main() -> int:
    """The exit code: 1 where there is no such user, 2 where settings or the database are wrong."""
    chosen = arguments(sys.argv[1:])
    try:
        settings = load()
        with database(settings) as mongodb_url:
            print(asyncio.run(run(settings, mongodb_url, chosen.action, chosen.user, *chosen.more)))
    except NoSuchUser as error:
        print(error, file=sys.stderr)
        return 1
    except (SettingsError, mongod.CannotStart, models.CannotConnect, models.DatabaseAway) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
