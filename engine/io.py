"""`io`: sends to anyone from anywhere."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

from tornado.web import Application

from engine.accounts import Accounts
from engine.backplane.interface import Backplane, Here
from engine.backplane.memory import Memory
from engine.calls import Calls
from engine.http.client_address import Proxies
from engine.http.errors import Answers
from engine.http.origins import Origins
from engine.limits import Limits
from engine.node import Node, current
from engine.permission import Allow
from engine.sockets.connected import Member
from engine.sockets.handlers import F, Handlers
from engine.sockets.server import Server
from engine.sockets.socket import Socket
from engine.transport.client_script import ClientScriptHandler
from engine.transport.endpoint import EngineHandler

__all__ = ["IO", "Member"]


class IO(Calls):
    """The realtime side of the app. Inert until the app attaches it; every call then raises RuntimeError.

    It asks the backplane of a node: that which runs the caller, or else the first attached.
    """

    def __init__(self):
        self.events = Handlers()
        self._first: Node | None = None

    @property
    def node(self) -> Node:
        """What does the work: that in which the caller runs, or the first."""
        node = current.get() or self._first
        if node is None:
            raise RuntimeError("io is not attached to an app yet; app.py does it in make_app()")
        return node

    @property
    def backplane(self) -> Backplane:
        """What the calls ask."""
        return self.node.backplane

    @property
    def server(self) -> Server:
        """The python-socketio AsyncServer underneath, for namespaces and anything else it can do."""
        return self.node.server

    def attach(
        self,
        app: Application,
        *,
        connection: Callable[[Socket[Any], Any], Awaitable[None]],
        accounts: Accounts,
        db: Any = None,
        origins: Origins | None = None,
        proxies: Proxies | None = None,
        limits: Limits | None = None,
        backplane: Callable[[Here], Backplane] = Memory,
        answers: Answers | None = None,
    ) -> None:
        """Put Socket.IO into a Tornado application, at /socket.io/. Attaching anew starts from nothing.

        `await connection(socket, user)` runs for every new connection. `accounts` says whose a token is and which
        sessions have ended. `db` is what hooks and handlers get as `socket.db`. Pages of the `origins` may connect, by
        default those of our own. `proxies` tell a client's address from a request. `backplane` makes what other nodes
        are heard through. `answers` are what clients are told of errors of event handlers, as by engine/http's Handler.
        """
        node = Node(
            limits=limits or Limits(),
            accounts=accounts,
            connection=connection,
            events=self.events,
            db=db,
            backplane=backplane,
            answers=answers or {},
        )
        arguments = {"eio": node.eio, "origins": origins or Origins(), "proxies": proxies or Proxies()}
        # With and without the slash: a client may have been told to leave it out.
        endpoints = [(path, EngineHandler, arguments) for path in ("/socket.io/", "/socket.io")]
        app.add_handlers(".*", [*endpoints, ("/socket.io/socket.io.js", ClientScriptHandler)])
        app.settings["node"] = self._first = node

    @contextmanager
    def beside(self) -> Generator[None]:
        """What is attached in here is one more node, and not what `io` speaks for where no node runs the caller."""
        first = self._first
        try:
            yield
        finally:
            self._first = first

    def on(self, event: str, form: Any = None, allow: Allow | None = None) -> Callable[[F], F]:
        """A decorator: `@io.on("event", form=Model)` registers what clients may emit, for realtime/events.py.

        The handler is `async def handler(socket, form)`; what it returns is the client's ack. `form` is anything that
        pydantic validates. `allow` is who may emit it: a role, a function of the user, or a list of these; others get
        ForbiddenError. Raises ValueError for a reserved name, except "disconnect", whose handler gets the reason.
        """
        return self.events.on(event, form, allow)

    async def drain(self, seconds: float) -> None:
        """Tell every client that the server restarts, and close all sockets within so many seconds."""
        await self.node.drain(seconds)
