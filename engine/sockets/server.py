"""python-socketio's AsyncServer on our own engine: `io.server`."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportIncompatibleMethodOverride=false
# python-socketio has no types.

from collections.abc import Callable, Sequence
from functools import partial
from inspect import isawaitable, signature
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError as RefusedByHandler

from engine.endings import Ending
from engine.errors import EventError, Rejected
from engine.hub import Hub
from engine.sockets.manager import Manager
from engine.sockets.services import Sender
from engine.sockets.socket import Socket
from engine.transport.engine_io import EngineIO
from engine.wire.packet import RESERVED_EVENTS, encode


def takes(function: Callable[..., Any], arguments: Sequence[Any]) -> bool:
    """Whether a function can be called with so many arguments."""
    try:
        signature(function).bind(*arguments)
    except TypeError:
        return False
    return True


class Server(socketio.AsyncServer):
    """The Socket.IO server of one node.

    It keeps python-socketio's (5.18) handlers, namespaces and public methods, and replaces how packets come in
    (`client.Client`), where clients are listed (`manager.Manager`) and how packets go out (`link.Link`). Each
    override below says what of AsyncServer it replaces.
    """

    eio: EngineIO
    manager: Manager

    def __init__(self, eio: EngineIO, hub: Hub[Socket[Any]], sender: Sender):
        self.hub, self.own_eio = hub, eio
        super().__init__(client_manager=Manager(hub, sender))

    def _engineio_server_class(self) -> Callable[..., EngineIO]:
        """Replaces engineio's AsyncServer."""

        def engine_io(**_: Any) -> EngineIO:
            return self.own_eio

        return engine_io

    def has_namespace(self, namespace: str) -> bool:
        """Whether clients may connect to it: `/`, and every one that has a handler."""
        known = (self.namespaces, self.handlers, self.namespace_handlers)
        return self.namespaces == "*" or any(namespace in names or "*" in names for names in known)

    def has_handler(self, event: str, namespace: str) -> bool:
        """Whether anything runs for an event."""
        return self.find_handler(event, namespace)[0] is not None

    async def admit(self, namespace: str, sid: str, environ: dict[str, str], auth: dict[str, Any] | None) -> None:
        """Run the `connect` handler of a namespace, if there is one.

        Raises Rejected where the handler says no, and whatever it raises.
        """
        try:
            answer = await self._trigger_event("connect", namespace, sid, environ, auth)
        except RefusedByHandler as refusal:
            raise Rejected(refusal.error_args) from None
        if answer is False:
            raise Rejected({"message": "Connection rejected by server"})

    async def trigger(self, event: str, namespace: str, sid: str, *arguments: Any) -> Any:
        """Run what there is for an event. Raises EventError where there is nothing."""
        answer = await self._trigger_event(event, namespace, sid, *arguments)
        if answer is self.not_handled:
            raise EventError("UnknownEvent", f"There is no event {event!r}; the server's are in realtime/events.py.")
        return answer

    async def _trigger_event(self, event: str, namespace: str, *args: Any) -> Any:
        """Replaces one to which a handler that was cancelled has returned None, so that it would let a client in.

        Handlers of `connect` may leave out `auth`, those of `disconnect` the reason. Raises EventError where a client
        sent arguments that a handler doesn't take.
        """
        handler, given = self.find_handler(event, namespace, args)
        if handler is None:
            return self.not_handled
        if not takes(handler, given):
            if event not in RESERVED_EVENTS:
                raise EventError("ValidationError", f"The event {event!r} takes other arguments.")
            given = given[:-1]
        answer = handler(*given)
        return await answer if isawaitable(answer) else answer

    def find_handler(
        self, event: str, namespace: str, arguments: tuple[Any, ...] = ()
    ) -> tuple[Callable[..., Any] | None, tuple[Any, ...]]:
        """What runs for an event, None for nothing, and what it takes; unlike AsyncServer's, methods of Namespaces too.

        A Namespace with a `trigger_event` of its own is asked whatever the event is.
        """
        handler, given = self._get_event_handler(event, namespace, arguments)
        if handler:
            return handler, given
        owner, given = self._get_namespace_handler(namespace, arguments)
        if owner and type(owner).trigger_event is not socketio.AsyncNamespace.trigger_event:
            return partial(owner.trigger_event, event), given
        return getattr(owner, f"on_{event}", None), given

    async def emit(
        self,
        event: str,
        data: Any = None,
        to: str | list[str] | None = None,
        room: str | list[str] | None = None,
        skip_sid: str | list[str] | None = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """As AsyncServer's, but an event that no client could take is refused, and no room at all is nobody."""
        if event in RESERVED_EVENTS:
            raise ValueError(f"'{event}' is an event of Socket.IO itself; choose another name")
        room = room if to is None else to
        await self.manager.emit(event, data, namespace or "/", room, skip_sid=skip_sid, callback=callback, **kwargs)

    async def disconnect(self, sid: str, namespace: str | None = None, ignore_queue: bool = False) -> None:
        """Replaces a disconnect that leaves rooms and callbacks behind when a handler raises."""
        if socket := self.hub.accepted(sid, namespace or "/"):
            socket.close(Ending.KICKED)

    async def get_session(self, sid: str, namespace: str | None = None) -> dict[str, Any]:
        """Replaces a look-up through engineio's sockets, where those that disconnect handlers ask for are no more."""
        return self.hub.socket(sid, namespace or "/").link.session.setdefault(namespace or "/", {})

    async def save_session(self, sid: str, session: dict[str, Any], namespace: str | None = None) -> None:
        """Replaces the same."""
        self.hub.socket(sid, namespace or "/").link.session[namespace or "/"] = session

    def get_environ(self, sid: str, namespace: str | None = None) -> dict[str, str] | None:
        """Replaces a WSGI environment kept for each client."""
        socket = self.hub.find(sid, namespace or "/")
        return socket and socket.link.handshake.environ()

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        """Replaces engineio's packets and queue for what AsyncServer sends by itself."""
        if link := self.eio.sockets.get(eio_sid):
            link.send(encode(pkt.packet_type, pkt.data, pkt.namespace or "/", pkt.id))
