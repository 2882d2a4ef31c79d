"""The app's handlers of events, with the forms that payloads must fit."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from engine.errors import EventError
from engine.names import RENEW
from engine.permission import Allow, check_allow, is_allowed
from engine.validation import explained
from engine.wire.packet import RESERVED_EVENTS, single

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


class Handler(NamedTuple):
    """What runs for an event: `async def function(socket, form)`, after user and form have been checked."""

    function: Callable[..., Awaitable[Any]]
    form: TypeAdapter[Any] | None
    allow: Allow | None

    def begin(self, socket: Any, data: list[Any]) -> Awaitable[Any]:
        """Begin it for an event, its name in front of its arguments.

        Raises EventError for a user who may not, and for a payload that the form does not take.
        """
        if self.allow is not None and not is_allowed(socket.user, self.allow):
            raise EventError("ForbiddenError", "You may not do that")
        payload = data[1] if len(data) == 2 else single(data[1:])
        return self.function(socket, payload if self.form is None else self.check(self.form, payload))

    @staticmethod
    def check(form: TypeAdapter[Any], payload: Any) -> Any:
        """What a form makes of a payload. Raises EventError where it does not fit."""
        try:
            # TypeAdapter's own is a Python function that only calls this one.
            return form.validator.validate_python(payload)
        except ValidationError as error:
            raise EventError("ValidationError", *explained(error)) from None


class Handlers(dict[str, Handler]):
    """Handlers by event name."""

    def on(self, event: str, form: Any = None, allow: Allow | None = None) -> Callable[[F], F]:
        """A decorator that registers a handler; `form` is anything pydantic validates, a model above all.

        `allow` says who may emit it: a role, a function of the user, or several of these. "disconnect" is the one
        reserved name that is allowed: its handler gets `(socket, reason)`. Raises ValueError, and TypeError.
        """
        if not isinstance(event, str):  # pyright: ignore[reportUnnecessaryIsInstance] an app may not be checked
            raise TypeError('an event has a name: @io.on("name")')
        if event in RESERVED_EVENTS and event != "disconnect":
            raise ValueError(f"'{event}' is an event of Socket.IO itself; what runs at a connect is connection()")
        if event == RENEW:
            raise ValueError(f"'{event}' is handled by the engine, which asks `authenticate` about the new token")

        if allow is not None:
            check_allow(allow)

        def register(function: F) -> F:
            self[event] = Handler(function, TypeAdapter(form) if form is not None else None, allow)
            return function

        return register
