"""A node that takes itself for one of several processes on one port; each has a port of its own here."""

from pathlib import Path

from tornado.netutil import bind_sockets

from engine.http.handing_over import Receiver
from engine.process import make_server
from engine.tests import people
from engine.tests.app import make_app
from engine.tests.transport.conftest import authenticate
from engine.transport.siblings import Siblings

LONGEST_MESSAGE_BYTES = 6_000_000


class Sibling:
    """A node as one of several processes."""

    def __init__(self, number: int, folder: Path):
        accounts = people.Accounts()
        accounts.authenticate = authenticate
        self.app = make_app(accounts=accounts)
        self.node = self.app.settings["node"]
        limits = self.node.services.limits
        limits.message_bytes, limits.backlog_bytes = LONGEST_MESSAGE_BYTES, 2 * LONGEST_MESSAGE_BYTES
        self.server = make_server(self.app)
        listening = bind_sockets(0, "127.0.0.1")
        self.server.add_sockets(listening)
        self.port = listening[0].getsockname()[1]
        siblings = Siblings(number, folder)
        self.node.eio.join(siblings)
        self.receiver = Receiver(siblings.path(number), self.server.take)

    @property
    def links(self) -> dict:
        return self.node.eio.sockets
