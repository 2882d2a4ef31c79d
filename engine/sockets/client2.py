"""The Socket.IO side of a client of Socket.IO 2 (protocol v4): the server connects `/`, and has the last word."""

from collections import deque
from collections.abc import Collection, Mapping
from typing import Any

from engine.sockets.client import INVALID_NAMESPACE, Client
from engine.sockets.services import Services
from engine.sockets.socket import Socket
from engine.transport.link import Link
from engine.wire.message import Message
from engine.wire.packet import CONNECT, CONNECT_ERROR, DISCONNECT, Packet, encode


class Client2(Client):
    """It never connects `/` itself, and goes by its link's id: `sid` in `/`, `/admin#sid` in `/admin`."""

    __slots__ = ("refused",)

    def __init__(self, services: Services, link: Link):
        super().__init__(services, link)
        self.refused: deque[str] = deque(maxlen=services.limits.namespaces)

    def opened(self) -> bool:
        """Check the token of the request, and connect `/`."""
        self.connect(Packet(CONNECT, "/", None, None, 0))
        return True

    def acceptance(self, socket: Socket[Any]) -> Message:
        """The packet that tells a client that it is connected."""
        return encode(CONNECT, namespace=socket.namespace)

    def refusal(self, namespace: str, error: dict[str, Any]) -> Message:
        """The packet that tells a client that it is refused: what there is to tell of it, or else the sentence."""
        self.refused.append(namespace)
        told = error if error is INVALID_NAMESPACE else error.get("data") or error["message"]
        return encode(CONNECT_ERROR, told, namespace)

    def give_up(self) -> None:
        """Have a client stay away, which would come back for ever if only the transport closed."""
        for namespace in self.refused:
            self.link.send(encode(DISCONNECT, namespace=namespace))
        self.refused.clear()
        super().give_up()


def others(
    sockets: Collection[Socket[Any]], skip: Collection[str | None], namespace: str, links: Mapping[str, Link]
) -> Collection[Socket[Any]]:
    """The sockets but those in `skip`: ids, or those of links, which clients of Socket.IO 2 go by.

    It is a copy, because a socket that is too slow for what it is sent leaves its rooms at once.
    """
    if not sockets or not any(skip):
        return tuple(sockets)
    found = [socket.id for name in skip if name and (socket := _named(name, namespace, links))]
    return [socket for socket in sockets if socket.id not in skip and socket.id not in found]


def _named(name: str, namespace: str, links: Mapping[str, Link]) -> Socket[Any] | None:
    link = links.get(name.removeprefix(f"{namespace}#"))
    client = link and not link.closed and link.client
    return client.sockets.get(namespace) if isinstance(client, Client2) else None
