"""Realtime: `from realtime import io`. Yours are connection.py and events.py."""

from engine.errors import EventError, NotConnected, Refused, Unavailable
from engine.io import IO, Member
from engine.limits import Limits
from engine.sockets.connected import Connection
from engine.sockets.socket import Socket as SocketOf
from models.accounts.user import User

__all__ = ["Connection", "EventError", "Limits", "Member", "NotConnected", "Refused", "Socket", "Unavailable", "io"]

io = IO()

Socket = SocketOf[User]
"""What hooks and handlers are given: `socket.user` is one of our users."""
