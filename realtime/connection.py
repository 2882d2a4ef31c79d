"""Runs for every new connection, before the client's first event is handled. Yours to edit."""

from models.accounts.user import User
from models.room import Room
from realtime import Socket, io


async def connection(socket: Socket, user: User):
    """Put the user into the rooms that the database says are theirs, and greet them."""
    for room in await Room.of(socket.db, user):
        await io.join(user.id, f"room::{room.id}")
    await io.send(f"user::{user.id}", "welcome_event", f"Hello {user.email}")
