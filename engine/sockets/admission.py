"""The handshake of one namespace: whose connection it is, and whether it may be accepted."""

import time
from typing import Any

from engine.accounts import Access
from engine.errors import Refused, Unavailable
from engine.names import check_user
from engine.sockets.outgoing import Client
from engine.sockets.services import Services
from engine.sockets.socket import Socket
from engine.tokens.finding import find_token


class Admission:
    """One client at the door of one namespace. `access` is what its token gives, None until that is known."""

    def __init__(self, services: Services, client: Client, namespace: str):
        self.services, self.client, self.namespace = services, client, namespace
        self.access: Access | None = None

    @property
    def user_id(self) -> str:
        """Whose token it is, "" while that is not known."""
        return check_user(self.access.user.id) if self.access else ""

    @property
    def user(self) -> Any:
        """The user as the app knows them, None while that is not known."""
        return self.access.user if self.access else None

    @property
    def session_id(self) -> str | None:
        """The session that the token belongs to."""
        return self.access.session_id if self.access else None

    async def decide(self, auth: dict[str, Any] | None) -> Socket[Any]:
        """Return a socket that may be accepted. Raises Refused, Rejected or Unavailable, and what the app raises."""
        self.services.admissions.begin(self)
        self.services.revocations.watch()
        try:
            return await self.check(auth)
        finally:
            self.services.admissions.end(self)

    async def check(self, auth: dict[str, Any] | None) -> Socket[Any]:
        """Find out whose connection it is, and ask the app's `connect` handler. Raises as `decide`."""
        services = self.services
        access = self.access = await services.authenticate(find_token(auth, self.client.link.handshake.token))
        self.check_user()
        # Who is let in is in the room of the user before anything else happens, which then is what listens to it.
        async with services.presence.admitting(self.user_id):
            socket = Socket[Any](services, self.client, services.eio.generate_id(), self.namespace, access)
            await self.ask_handler(socket, auth)
            self.check_user()
            if services.admissions.is_thrown_out(self):
                raise Unavailable("The user was disconnected meanwhile")
            if not access.expires_at > time.time():
                raise Refused("token_expired", "The token has expired")
            return socket

    async def ask_handler(self, socket: Socket[Any], auth: dict[str, Any] | None) -> None:
        """Ask the handler of `connect` that `io.server` may have, which can put the socket into rooms already."""
        self.services.hub.hold(socket)
        try:
            environ = self.client.link.handshake.environ()
            await self.services.server.admit(self.namespace, socket.id, environ, auth)
        finally:
            self.services.hub.release(socket)

    def check_user(self) -> None:
        """Raise Refused for another user than that of the transport, and TypeError for one without an id."""
        if self.client.user_id not in (None, self.user_id):
            raise Refused("token_invalid", "This connection belongs to another user; open a new one")
