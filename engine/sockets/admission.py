"""The handshake of one namespace: whose connection it is, and whether it may be accepted."""

import logging
import time
from typing import Any, Protocol

from engine.accounts import Access
from engine.endings import Ending
from engine.errors import Refused, Rejected, Unavailable
from engine.loop.guard import guarded
from engine.names import check_user
from engine.sockets.outgoing import Client
from engine.sockets.services import Services
from engine.sockets.socket import Socket
from engine.tokens.finding import find_token

log = logging.getLogger("realtime")


class Door(Client, Protocol):
    """Who hears how a handshake ends."""

    def accept(self, socket: Socket[Any]) -> None:
        """Let a socket in."""
        ...

    def refuse(self, namespace: str, error: dict[str, Any]) -> None:
        """Say no."""
        ...

    def admitted(self, namespace: str) -> None:
        """The handshake is over, one way or the other."""
        ...


class Admission:
    """One client at the door of one namespace. `access` is what its token gives, None until that is known."""

    def __init__(self, services: Services, client: Door, namespace: str):
        self.services, self.client, self.namespace = services, client, namespace
        self.access: Access | None = None

    async def run(self, auth: dict[str, Any] | None) -> None:
        """Accept or refuse the client. Whatever goes wrong, it is not accepted."""
        self.services.admissions.begin(self)
        self.services.revocations.watch()
        try:
            await self.decide(auth)
        except Unavailable:
            self.client.link.close(Ending.UNAVAILABLE)
        except Exception:
            log.exception("A handshake failed and was refused")
            self.refuse("internal_error", "The server could not check this connection.")
        finally:
            self.services.admissions.end(self)
            self.client.admitted(self.namespace)

    async def decide(self, auth: dict[str, Any] | None) -> None:
        """Accept the client, or tell it what speaks against that. Raises Unavailable, and what the app raises."""
        try:
            await guarded(self.check(auth))
        except Refused as refusal:
            self.refuse(refusal.code, refusal.message)
        except Rejected as rejection:
            self.client.refuse(self.namespace, rejection.answer)

    def refuse(self, code: str, message: str) -> None:
        """Say no, with a code that clients may know."""
        self.client.refuse(self.namespace, {"message": message, "data": {"code": code}})

    async def check(self, auth: dict[str, Any] | None) -> None:
        """Find out whose connection it is, ask the app's `connect` handler, and accept. Raises for all else."""
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
            if not self.client.link.closed:
                self.client.accept(socket)

    async def ask_handler(self, socket: Socket[Any], auth: dict[str, Any] | None) -> None:
        """Ask the handler of `connect` that `io.server` may have, which can put the socket into rooms already."""
        self.services.hub.hold(socket)
        try:
            environ = self.client.link.handshake.environ()
            await self.services.server.admit(self.namespace, socket.id, environ, auth)
        finally:
            self.services.hub.release(socket)

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

    def check_user(self) -> None:
        """Raise Refused for another user than that of the transport, and TypeError for one without an id."""
        if self.client.user_id not in (None, self.user_id):
            raise Refused("token_invalid", "This connection belongs to another user; open a new one")
