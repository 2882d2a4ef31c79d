"""The Socket.IO side of one transport (protocol v5): who it is, which namespaces it is in, what it sends."""

import logging
import math
import time

from engineio.base_server import BaseServer
from socketio.exceptions import ConnectionRefusedError as RefusedByHandler

from engine.errors import InvalidPacket, Refused, Unavailable
from engine.loop.guard import guarded
from engine.names import user_room
from engine.sockets.socket import Socket
from engine.tokens import expiry
from engine.tokens.finding import find_token
from engine.wire.assembly import Assembly
from engine.wire.packet import (
    ACK,
    BINARY_EVENT,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    Packet,
    decode,
    encode,
)

log = logging.getLogger("realtime")


class Client:
    """One Engine.IO session seen from Socket.IO. One transport has one user."""

    __slots__ = ("admissions", "assembly", "link", "refusals", "server", "sockets", "user_id")

    def __init__(self, server, link):
        self.server, self.link = server, link
        self.sockets: dict[str, Socket] = {}
        self.admissions = None
        self.assembly: Assembly | None = None
        self.user_id = None
        self.refusals = 0

    def receive(self, text: str) -> None:
        """Take the text part of a packet. Raises InvalidPacket."""
        if self.assembly:
            raise InvalidPacket("a packet inside another's attachments")
        packet = decode(text, self.server.limits)
        if packet.attachments:
            self.assembly = Assembly(packet)
        else:
            self.take(packet)

    def receive_attachment(self, data: bytes) -> None:
        """Take an attachment of the packet before it. Raises InvalidPacket."""
        if not self.assembly:
            raise InvalidPacket("an attachment without its packet")
        if packet := self.assembly.add(data):
            self.assembly = None
            self.take(packet)

    def take(self, packet: Packet) -> None:
        """Act on a whole packet. Raises InvalidPacket for one that the protocol has no place for here."""
        if packet.type == CONNECT:
            self.connect(packet)
            return
        socket = self.sockets.get(packet.namespace)
        if socket is None:
            # Right after a server's DISCONNECT the client may not have read it yet, so its packets are no offence.
            leaves = packet.type == DISCONNECT and self.refusals
            if not (self.sockets or self.admissions or leaves) and self.user_id is None:
                raise InvalidPacket("a packet before CONNECT")
        elif packet.type == EVENT or packet.type == BINARY_EVENT:
            socket.receive(packet)
        elif packet.type == DISCONNECT:
            self.left(socket, BaseServer.reason.CLIENT_DISCONNECT)
        elif packet.type == ACK:
            socket.answered(packet.id, packet.data)

    def connect(self, packet: Packet) -> None:
        """Start the handshake of a namespace ("Connection to a namespace"). Raises InvalidPacket."""
        namespace, limits = packet.namespace, self.server.limits
        if self.admissions is None:
            self.admissions = {}
        if namespace in self.sockets or namespace in self.admissions:
            raise InvalidPacket("a second CONNECT to a namespace")
        if len(self.sockets) + len(self.admissions) >= limits.namespaces:
            raise InvalidPacket("too many namespaces")
        if not self.server.has_namespace(namespace):
            self.refuse(namespace, {"message": "Invalid namespace"})
            return
        self.admissions[namespace] = self.server.spawn(self.admit(namespace, packet.data))

    async def admit(self, namespace: str, auth: dict | None) -> None:
        """Accept or refuse a connection to a namespace. Whatever goes wrong, it is not accepted."""
        socket = Socket(self.server, self.link, self.server.eio.generate_id(), namespace)
        self.server.admissions.begin(socket)
        self.server.revocations.watch()
        try:
            await self.decide(socket, auth)
        except Unavailable:
            self.link.end("unavailable")
        except Exception:
            log.exception("A handshake failed and was refused")
            message = "The server could not check this connection."
            self.refuse(namespace, {"message": message, "data": {"code": "internal_error"}})
        finally:
            self.server.admissions.end(socket)
            self.server.manager.unlisted.pop(socket.id, None)
            self.admitted(namespace)

    async def decide(self, socket: Socket, auth: dict | None) -> None:
        """Accept the socket, or tell the client what speaks against it."""
        try:
            await guarded(self.check(socket, auth))
        except Refused as refusal:
            self.refuse(socket.namespace, {"message": refusal.message, "data": {"code": refusal.code}})
        except RefusedByHandler as refusal:
            self.refuse(socket.namespace, refusal.error_args)
        else:
            if not self.link.closed:
                self.accept(socket)

    async def check(self, socket: Socket, auth: dict | None) -> None:
        """Find out whose connection it is, and ask the app's `connect` handler. Raises unless it may be accepted."""
        socket.identify(await self.server.authenticate_client(find_token(auth, self.link.handshake)))
        self.check_user(socket)
        self.server.manager.unlisted[socket.id] = socket
        await self.server.run_connect_handler(socket, auth)
        self.check_user(socket)
        if self.server.admissions.is_thrown_out(socket):
            raise Unavailable("The user was disconnected meanwhile")
        if not socket.expires_at > time.time():
            raise Refused("token_expired", "The token has expired")

    def check_user(self, socket: Socket) -> None:
        """Raise Refused for another user than that of the transport, and TypeError for one without an id."""
        user_room(socket.user.id)
        if self.user_id not in (None, socket.user_id):
            raise Refused("token_invalid", "This connection belongs to another user; open a new one")

    def accept(self, socket: Socket) -> None:
        """Let a socket in: listed in its user's room before its acceptance leaves, and nothing sent before that."""
        self.user_id = socket.user_id
        self.sockets[socket.namespace] = socket
        self.admitted(socket.namespace)
        self.link.keep()
        socket.write(encode(CONNECT, {"sid": socket.id}, socket.namespace))
        socket.rooms.add(user_room(socket.user_id))
        self.server.manager.add(socket)
        socket.start(self.server.hooks.run if socket.namespace == "/" else None)
        self.link.look()

    def admitted(self, namespace: str) -> None:
        """The handshake of a namespace is over. Most clients have no other, so nothing is kept for it."""
        if self.admissions:
            self.admissions.pop(namespace, None)
        self.admissions = self.admissions or None

    def refuse(self, namespace: str, error) -> None:
        """Say no by a CONNECT_ERROR; a transport without another namespace, or hope for one, is closed soon."""
        self.link.send(encode(CONNECT_ERROR, error if isinstance(error, dict) else {"message": error}, namespace))
        self.refusals += 1
        if self.refusals >= self.server.limits.refusals:
            self.link.invalid(InvalidPacket("too many refused CONNECTs"))
        elif not (self.sockets or set(self.admissions or ()) - {namespace}):
            self.link.expire(self.server.limits.refused_seconds)

    def left(self, socket: Socket, reason: str) -> None:
        """A socket is gone from its namespace; a transport without any is closed soon, if the client doesn't."""
        if self.sockets.pop(socket.namespace, None):
            socket.end(reason)
            if not self.sockets and not self.admissions:
                self.link.expire(self.server.limits.refused_seconds)

    def look_after_tokens(self) -> float:
        """Warn or close those whose token runs out; returns in how many seconds to look again."""
        now = time.time()
        return min([expiry.look_after(socket, now) for socket in tuple(self.sockets.values())], default=math.inf)

    def say_closing(self, code: str, message: str) -> None:
        """Tell every socket why the transport will close."""
        for socket in self.sockets.values():
            socket.tell("closing", {"code": code, "message": message})

    def closed(self, reason: str) -> None:
        """The transport is gone, and every socket with it."""
        for admission in (self.admissions or {}).values():
            admission.cancel()
        self.assembly = None
        sockets, self.sockets = self.sockets, {}
        for socket in sockets.values():
            socket.end(reason)
