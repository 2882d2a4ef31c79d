"""The HTTP server, its limits and its port."""

import socket
import sys

from tornado.netutil import bind_sockets
from tornado.web import Application

from engine.http.answer_stream import Pace
from engine.http.capacity import Capacity
from engine.http.server import Server
from engine.process.descriptors import most_connections
from engine.process.loading import SettingsError

HTTP_LIMITS = {
    "max_header_size": 16 * 1024,
    # For handlers that are not the engine's, which have limits of their own.
    "max_body_size": 1024 * 1024,
    "max_buffer_size": 2 * 1024 * 1024,
    # Longer than the 60 s after which load balancers drop an idle connection, so that they are the first to.
    "idle_connection_timeout": 75.0,
    "body_timeout": 30.0,
    # Slower than the slowest line: it is for clients that do not read at all, or as good as.
    "pace": Pace(bytes=5000, seconds=20.0),
}
# After a restart everybody comes back at once; whoever finds the queue full tries again only a second later.
BACKLOG = 4096


def make_server(app: Application) -> Server:
    """The server of an app with its limits; it listens to nothing yet. Raises SettingsError."""
    capacity = Capacity(most_connections(app.settings.get("max_connections")))
    app.settings["capacity"] = capacity
    return Server(app, capacity=capacity, **HTTP_LIMITS)


def opened(address: str, port: int, *, reuse_port: bool = False) -> list[socket.socket]:
    """The sockets that listen on a port; 0 is any that is free. Raises SettingsError."""
    try:
        return bind_sockets(port, address, backlog=BACKLOG, reuse_port=reuse_port)
    except OSError as error:
        reason = f"Cannot listen on {address}, port {port}: {error.strerror}."
        raise SettingsError(f"{reason} Choose another: PORT=8889 make run") from None


def opened_for(count: int, address: str, port: int) -> list[list[socket.socket]]:
    """The sockets of several processes on one port. Raises SettingsError.

    Each process has its own, among which Linux spreads connections evenly: of one that all share, some would get many
    times what others do.
    """
    first = opened(address, port)
    if sys.platform != "linux":
        return [first] * count
    # It has shown that nobody else listens there, which those below would not.
    port = first[0].getsockname()[1]
    for each in first:
        each.close()
    return [opened(address, port, reuse_port=True) for _ in range(count)]
