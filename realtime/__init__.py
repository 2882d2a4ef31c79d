"""Realtime: `from realtime import io`. Yours are connection.py and events.py; the rest is machinery."""

from realtime.engine.connections import Connection
from realtime.engine.errors import EventError, NotConnected, Refused, Unavailable
from realtime.engine.limits import Limits
from realtime.engine.socket import Socket
from realtime.io import Member, io

__all__ = ["Connection", "EventError", "Limits", "Member", "NotConnected", "Refused", "Socket", "Unavailable", "io"]
