"""From an event that a client emitted to its handler, and back with an ack."""

import logging
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from engine.errors import EventError
from engine.loop.guard import guarded
from engine.tokens.events import RENEW
from engine.validation import explained
from engine.wire.packet import ACK, RESERVED_EVENTS, arguments, encode, single

log = logging.getLogger("realtime")


class Handler(NamedTuple):
    """What runs for an event: `async def function(socket, form)`, after the form has been checked."""

    function: Callable
    form: TypeAdapter | None

    def __call__(self, socket, arguments: list) -> Awaitable:
        """Begin it. Raises EventError for a payload that the form does not take."""
        return self.function(socket, self.check(single(arguments)))

    def check(self, payload):
        """What the form makes of a payload. Raises EventError where it does not fit."""
        try:
            return self.form.validate_python(payload) if self.form else payload
        except ValidationError as error:
            raise EventError("ValidationError", *explained(error)) from None


class Handlers(dict):
    """Handlers by event name."""

    def on(self, event: str, form=None):
        """A decorator that registers a handler; `form` is anything pydantic validates, a model above all.

        "disconnect" is the one reserved name that is allowed: its handler gets `(socket, reason)`. Raises ValueError.
        """
        if not isinstance(event, str):
            raise TypeError('an event has a name: @io.on("name")')
        if event in RESERVED_EVENTS and event != "disconnect":
            raise ValueError(f"'{event}' is an event of Socket.IO itself; what runs at a connect is connection()")
        if event == RENEW:
            raise ValueError(f"'{event}' is handled by the engine, which asks `authenticate` about the new token")

        def register(function):
            self[event] = Handler(function, TypeAdapter(form) if form is not None else None)
            return function

        return register


async def handle(socket, packet) -> None:
    """Run the handler of one event and answer its ack. Nothing that happens in it ends the socket."""
    event, *payload = packet.data
    try:
        try:
            acknowledge(socket, packet, await guarded(begin(socket, event, payload)))
        except EventError as error:
            reject(socket, packet, error)
    except Exception:
        log.exception("The handler of event %r failed for user %s", event, socket.user_id)
        reject(socket, packet, EventError("InternalError", "Something went wrong on the server."))


def acknowledge(socket, packet, answer) -> None:
    """Answer a client that asked for an ack. Raises TypeError and ValueError for what cannot be sent."""
    if packet.id is not None:
        socket.write(encode(ACK, [*arguments(answer)], socket.namespace, packet.id))


def begin(socket, event: str, arguments: list) -> Awaitable:
    """Find the handler and begin it: the socket's own, the app's, or one that `io.server` knows. Raises EventError."""
    handler = socket.handlers.get(event) or (socket.namespace == "/" and socket.server.events.get(event))
    if handler and event != "disconnect":
        return handler(socket, arguments)
    return trigger(socket, event, arguments)


async def trigger(socket, event: str, arguments: list):
    """Run what `io.server` has for an event. Raises EventError where it has nothing."""
    answer = await socket.server._trigger_event(event, socket.namespace, socket.id, *arguments)
    if answer is socket.server.not_handled:
        raise EventError("UnknownEvent", f"There is no event {event!r}; the server's are in realtime/events.py.")
    return answer


async def call_back(socket, callback: Callable, arguments: list) -> None:
    """Hand a client's ack to a callback of the app, given to `io.server.emit`."""
    try:
        answer = callback(*arguments)
        if isawaitable(answer):
            await guarded(answer)
    except Exception:
        log.exception("The callback of an ack failed for user %s", socket.user_id)


def reject(socket, packet, error: EventError) -> None:
    """Tell the client: in the ack if it asked for one, by the event `error` if not."""
    if packet.id is not None:
        socket.write(encode(ACK, [{"error": error.public()}], socket.namespace, packet.id))
    else:
        socket.tell("error", {"event": packet.data[0], **error.public()})
