"""A small app of the engine's own tests: realtime, and users by the name in their token. No database."""

from collections.abc import Iterable
from weakref import WeakSet

from engine.http.application import Application
from engine.http.client_address import Proxies
from engine.http.origins import Origins
from engine.io import IO
from engine.mail.mailer import Mailer
from engine.node import Node

io = IO()
nodes: WeakSet[Node] = WeakSet()
"""Those that were made, as long as anybody holds them."""


async def no_hook(socket, user):
    """A `connection()` that does nothing."""


def make_app(routes: Iterable = (), *, origins=None, proxies=None, connection=no_hook, **attached) -> Application:
    """An application with `io` attached to it, by what `IO.attach` takes."""
    proxies = proxies or Proxies()
    origins = origins or Origins(proxies=proxies)
    app = Application(routes, origins=origins, proxies=proxies, mailer=Mailer("", "", "", production=False))
    io.attach(app, connection=connection, origins=origins, proxies=proxies, **attached)
    nodes.add(app.settings["node"])
    return app


def socket_of(client, namespace: str = "/"):
    """The socket of a test's client, on whichever node it is. Raises ValueError for one that is gone."""
    for node in tuple(nodes):
        if socket := node.hub.find(client.id, namespace):
            return socket
    raise ValueError("no node has this socket")
