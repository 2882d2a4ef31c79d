"""The handshake of one namespace: whose connection it is, and whether it may be accepted."""

import logging
import time
from typing import Any, Protocol

from engine.accounts import Access
from engine.endings import Ending
from engine.errors import Refused, Rejected, Unavailable
from engine.loop.guard import guarded
from engine.names import check_user
from engine.recovery.interface import UNKNOWN, Recovery, Start
from engine.recovery.position import Position
from engine.recovery.record import Record
from engine.sockets.outgoing import Client
from engine.sockets.services import Services
from engine.sockets.socket import Socket
from engine.tokens.finding import find_token

log = logging.getLogger("realtime")


class Door(Client, Protocol):
    """Who hears how a handshake ends."""

    def accept(self, socket: Socket[Any], start: Start) -> None:
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
        async with services.others.admitting(self.user_id):
            record = await self.take_up(auth)
            try:
                await self.let_in(access, auth, record)
            finally:
                if record and self.recovery:
                    self.recovery.put_back(record)

    async def take_up(self, auth: dict[str, Any] | None) -> Record | None:
        """Find what a client left behind that says it was here before."""
        pid = auth.get("pid") if auth else None
        if not isinstance(pid, str) or self.recovery is None or self.session_id is None:
            return None
        return await self.recovery.find(pid, self.user_id, self.session_id, self.user)

    async def let_in(self, access: Access, auth: dict[str, Any] | None, record: Record | None) -> None:
        """Ask the app's `connect` handler, and accept. Raises for all else."""
        socket_id = record.socket_id if record else self.services.eio.generate_id()
        socket = Socket[Any](self.services, self.client, socket_id, self.namespace, access)
        await self.ask_handler(socket, auth)

        def enter(start: Start) -> None:
            self.check_again(access)
            socket.take_place(start, record)
            self.client.accept(socket, start)

        if self.recovery:
            position = Position.parse(auth.get("offset")) if auth and record else None
            await self.recovery.admit(socket, record, position, enter)
        else:
            enter(UNKNOWN)

    def check_again(self, access: Access) -> None:
        """See whether anything has come between, however long that took. Raises Refused and Unavailable."""
        self.check_user()
        if self.services.admissions.is_thrown_out(self):
            raise Unavailable("The user was disconnected meanwhile")
        if not access.expires_at > time.time():
            raise Refused("token_expired", "The token has expired")
        if self.client.link.closed:
            raise Unavailable("The client has left")

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

    @property
    def recovery(self) -> Recovery | None:
        """By what the client can come back later: it has to speak Engine.IO 4, and its token to belong to a session."""
        is_able = self.namespace == "/" and self.session_id is not None and self.client.link.revision.number == 4
        return self.services.recovery if is_able else None

    def check_user(self) -> None:
        """Raise Refused for another user than that of the transport, and TypeError for one without an id."""
        if self.client.user_id not in (None, self.user_id):
            raise Refused("token_invalid", "This connection belongs to another user; open a new one")
