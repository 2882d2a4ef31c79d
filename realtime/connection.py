"""Runs for every new connection, before the client's first event is handled. Yours to edit."""

from models.accounts.user import User
from models.room import Room
from realtime import Socket, io

# It runs for each tab, and anew whenever a client comes back: after a restart, a lost network, another role. So it
# joins what the database says now; later changes are told by whoever makes them, with io.settle.
# The example's handlers/rooms.py shows how.
#
# Who was away for a moment only has got all that was sent meanwhile: then `socket.recovered` is True, and nobody needs
# to be greeted again (docs/recovery.md).
#
# The client is connected by now, and already in user::{id}. What it emits waits until this is done, for 30 seconds at
# most. If this raises or takes longer, the log says why, and the client is told and comes back a little later.
#
# `socket` is this one client (socket.send, socket.join, socket.data), `user` the one whose token it has; all of it is
# in docs/realtime.md. To be told when a client leaves, register "disconnect" in events.py. Who may not connect at all
# is refused by their token: block the user, or end the session.


async def connection(socket: Socket, user: User):
    """Put the user into the rooms that the database says are theirs, and greet them."""
    for room in await Room.of(socket.db, user):
        await io.join(user.id, f"room::{room.id}")
    if not socket.recovered:
        await io.send(f"user::{user.id}", "welcome_event", f"Hello {user.email}")
