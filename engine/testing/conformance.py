"""A server for the public test suites of the Engine.IO and Socket.IO protocols, on loopback only.

    python -m engine.testing.conformance PORT [--ping-interval 0.3 --ping-timeout 0.2]

It serves what they expect: at /engine.io/ every message comes back; at /socket.io/ the namespaces `/` and `/custom`
tell a client its auth payload by the event `auth`, and `message` and `message-with-ack` come back. No token is needed.
"""

import argparse
import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tornado.httputil import HTTPServerRequest

from engine.accounts import Ended
from engine.endings import Ending
from engine.http.application import Application
from engine.http.client_address import Proxies
from engine.http.origins import Origins
from engine.io import IO
from engine.limits import Limits
from engine.mail.mailer import Mailer
from engine.process.port import make_server
from engine.transport.endpoint import EngineHandler
from engine.transport.engine_io import EngineIO
from engine.transport.link import Link
from engine.wire.message import Message

io = IO()
TOKEN = "nobody needs one"


@dataclass(frozen=True)
class Anybody:
    """Whoever connects."""

    user = SimpleNamespace(id="anybody")
    session_id = None
    expires_at = math.inf


class Accounts:
    """Lets everybody in."""

    async def authenticate(self, token: str) -> Anybody:
        return Anybody()

    async def ended(self) -> list[Ended]:
        return []

    async def available(self) -> bool:
        return True


class Echo:
    """The client of a link that gets every message back."""

    accepted = True
    asked = False

    def __init__(self, link: Link):
        self.link = link
        link.keep()

    def opened(self) -> bool:
        return False

    def receive(self, text: str) -> None:
        self.link.send(Message(b"4" + text.encode()))

    def receive_event(self, text: bytes) -> bool:
        return False

    def receive_attachment(self, data: bytes) -> None:
        self.link.send(Message(b"", [data]))

    def pinged(self) -> None:
        """It is not told how far it is."""

    def look_after_tokens(self) -> float:
        return math.inf

    def say_closing(self, ending: Ending, message: str) -> None:
        pass

    def end(self, ending: Ending) -> None:
        pass


class OpenApplication(Application):
    """An application whose clients all bring a token, and have to name a version, which is 3 everywhere else."""

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        request.headers.setdefault("Authorization", f"Bearer {TOKEN}")
        request.query_arguments.setdefault("EIO", [b"none"])
        return super().find_handler(request, **kwargs)


async def connection(socket: Any, user: Any) -> None:
    """Tell a client of `/` what it presented."""
    session = await io.server.get_session(socket.id)
    await socket.send("auth", session["auth"])


async def present(sid: str, environ: dict[str, str], auth: dict[str, Any] | None = None) -> None:
    """Keep what a client of `/` presents, for `connection`, which runs once it is accepted."""
    await io.server.save_session(sid, {"auth": auth or {}})


async def present_custom(sid: str, environ: dict[str, str], auth: dict[str, Any] | None = None) -> None:
    """Tell a client of `/custom` what it presented, once it is accepted."""
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: loop.create_task(io.server.emit("auth", auth or {}, to=sid, namespace="/custom")))


async def message(sid: str, *arguments: Any) -> None:
    """Send it back."""
    await io.server.emit("message-back", arguments, to=sid)


async def message_with_ack(sid: str, *arguments: Any) -> tuple[Any, ...]:
    """Give it back in the ack."""
    return arguments


def make_app(limits: Limits) -> Application:
    """An application with both."""
    app = OpenApplication([], mailer=Mailer("", "", "", production=False))
    accounts = Accounts()
    io.attach(app, connection=connection, accounts=accounts, limits=limits)
    io.server.on("connect", present)
    io.server.on("connect", present_custom, namespace="/custom")
    io.server.on("message", message)
    io.server.on("message-with-ack", message_with_ack)
    echo = {"eio": EngineIO(limits, accounts, Echo), "origins": Origins(), "proxies": Proxies()}
    app.add_handlers(".*", [("/engine.io/", EngineHandler, echo)])
    return app


async def serve(port: int, limits: Limits) -> None:
    """Serve until it is cancelled."""
    make_server(make_app(limits)).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m engine.testing.conformance", description="A server for test suites."
    )
    parser.add_argument("port", type=int)
    parser.add_argument("--ping-interval", type=float, default=25.0, metavar="SECONDS")
    parser.add_argument("--ping-timeout", type=float, default=20.0, metavar="SECONDS")
    chosen = parser.parse_args()
    limits = Limits(
        ping_interval_seconds=chosen.ping_interval, ping_timeout_seconds=chosen.ping_timeout, message_bytes=1_000_000
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(chosen.port, limits))


if __name__ == "__main__":
    main()
