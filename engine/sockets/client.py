"""The Socket.IO side of one transport (protocol v5): who it is, which namespaces it is in, what it sends."""

import asyncio
import math
import time
from typing import Any

from engine.endings import Ending
from engine.errors import InvalidPacket
from engine.names import user_room
from engine.recovery.interface import Start
from engine.sockets.admission import Admission
from engine.sockets.opening import run_hook
from engine.sockets.pace import Pace
from engine.sockets.services import Services
from engine.sockets.socket import Socket
from engine.tokens import expiry
from engine.transport.link import Link
from engine.wire.assembly import Assembly
from engine.wire.decoding import decode
from engine.wire.message import Message
from engine.wire.packet import ACK, BINARY_EVENT, CONNECT, CONNECT_ERROR, DISCONNECT, EVENT, Packet, encode
from engine.wire.short_event import decode_event

INVALID_NAMESPACE = {"message": "Invalid namespace"}
CONNECT_PACKETS = 10
"""How many other packets a CONNECT that comes to nothing, or is undone, counts for: the app was asked about it."""


class Client(Pace):
    """One Engine.IO session seen from Socket.IO. One transport has one user."""

    __slots__ = ("admissions", "assembly", "refusals", "user_id")

    def __init__(self, services: Services, link: Link):
        self.services, self.link = services, link
        self.sockets: dict[str, Socket[Any]] = {}
        self.admissions: dict[str, asyncio.Task[None]] | None = None
        self.assembly: Assembly | None = None
        self.user_id: str | None = None
        self.refusals = 0

    @property
    def accepted(self) -> bool:
        """Whether a namespace has accepted it, be it left by now."""
        return self.user_id is not None

    def opened(self) -> bool:
        """The link is open, and the client goes on."""
        return False

    def receive(self, text: str) -> None:
        """Take the text part of a packet. Raises InvalidPacket."""
        if self.assembly:
            raise InvalidPacket("a packet inside another's attachments")
        packet = decode(text, self.services.limits)
        if packet.attachments:
            self.assembly = Assembly(packet, self.link.message_bytes)
            self.link.expect_attachments()
        else:
            self.take(packet)

    def receive_event(self, text: bytes) -> bool:
        """Take a packet if it is a short event of a socket in `/`. Returns whether it was one."""
        socket = None if self.assembly else self.sockets.get("/")
        if socket is None or (packet := decode_event(text, self.services.limits.depth)) is None:
            return False
        socket.receive(packet, at_once=True)
        return True

    def receive_attachment(self, data: bytes) -> None:
        """Take an attachment of the packet before it. Raises InvalidPacket."""
        if not self.assembly:
            raise InvalidPacket("an attachment without its packet")
        self.link.hold(data)
        # For which there may have been no room.
        if self.assembly and (packet := self.assembly.add(data)):
            self.assembly = None
            self.link.arrived()
            self.link.refund(packet.attachments)
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
            self.link.spend(CONNECT_PACKETS)
            self.remove(socket, Ending.LEFT)
        elif packet.type == ACK and packet.id is not None and not packet.refused:
            socket.answered(packet.id, packet.data)

    def connect(self, packet: Packet) -> None:
        """Start the handshake of a namespace ("Connection to a namespace"). Raises InvalidPacket."""
        namespace, limits = packet.namespace, self.services.limits
        if self.admissions is None:
            self.admissions = {}
        if namespace in self.sockets or namespace in self.admissions:
            raise InvalidPacket("a second CONNECT to a namespace")
        if len(self.sockets) + len(self.admissions) >= limits.namespaces:
            raise InvalidPacket("too many namespaces")
        if not self.services.server.has_namespace(namespace):
            self.refuse(namespace, INVALID_NAMESPACE)
            return
        if packet.refused:
            self.refuse(namespace, {"message": f"The auth payload holds what is not taken: {packet.refused}."})
            return
        self.admissions[namespace] = self.services.spawn(Admission(self.services, self, namespace).run(packet.data))

    def accept(self, socket: Socket[Any], start: Start) -> None:
        """Let a socket in: listed in its user's room before its acceptance leaves; what it missed comes first."""
        self.user_id = socket.user_id
        self.sockets[socket.namespace] = socket
        self.admitted(socket.namespace)
        self.link.keep()
        socket.introduce(start, self.acceptance(socket))
        self.services.hub.enter(socket, user_room(socket.user_id))
        self.services.hub.add(socket)
        if socket.namespace == "/":
            socket.start_with(run_hook)
        self.link.look()

    def acceptance(self, socket: Socket[Any]) -> Message:
        """The packet that tells a client that it is connected."""
        return encode(CONNECT, {"sid": socket.id} | ({"pid": socket.pid} if socket.pid else {}), socket.namespace)

    def admitted(self, namespace: str) -> None:
        """The handshake of a namespace is over. Most clients have no other, so nothing is kept for it."""
        if self.admissions:
            self.admissions.pop(namespace, None)
        self.admissions = self.admissions or None

    def refuse(self, namespace: str, error: dict[str, Any]) -> None:
        """Say no by a CONNECT_ERROR; a transport without another namespace, or hope for one, is closed soon."""
        self.link.spend(CONNECT_PACKETS)
        self.link.send(self.refusal(namespace, error))
        if self.sockets or set(self.admissions or ()) - {namespace}:
            return
        self.refusals += 1
        self.give_up()
        if self.refusals >= self.services.limits.refusals:
            self.link.invalid(InvalidPacket("too many refused CONNECTs"))

    def refusal(self, namespace: str, error: dict[str, Any]) -> Message:
        """The packet that tells a client that it is refused, and why."""
        return encode(CONNECT_ERROR, error, namespace)

    def give_up(self) -> None:
        """No namespace is left, nor any hope for one."""
        self.link.expire(self.services.limits.refused_seconds)

    def remove(self, socket: Socket[Any], ending: Ending) -> None:
        """Take a socket out of its namespace; a transport without any is closed soon, if the client doesn't."""
        if self.sockets.pop(socket.namespace, None):
            socket.end(ending)
            if not self.sockets and not self.admissions:
                limits = self.services.limits
                self.link.expire(limits.connect_seconds if ending is Ending.LEFT else limits.refused_seconds)

    def look_after_tokens(self) -> float:
        """Warn or close those whose token runs out; returns in how many seconds to look again."""
        now, notice = time.time(), self.services.limits.expiry_notice_seconds
        return min(
            (expiry.look_after(socket, now, notice) for socket in tuple(self.sockets.values())), default=math.inf
        )

    def pinged(self) -> None:
        """Tell a client that is asked whether it is there how far it is."""
        if socket := self.sockets.get("/"):
            socket.tell_position()

    def say_closing(self, ending: Ending, message: str) -> None:
        """Tell every socket why the transport will close."""
        for socket in self.sockets.values():
            socket.tell("closing", ending.closing(message))

    def end(self, ending: Ending) -> None:
        """The link has ended: end every socket with it."""
        for admission in (self.admissions or {}).values():
            admission.cancel()
        self.assembly = None
        sockets, self.sockets = self.sockets, {}
        for socket in sockets.values():
            socket.end(ending)
