"""A request for a link that another process of this machine has: its connection goes there, the request with it."""

from pathlib import Path
from typing import Any

from tornado.httputil import HTTPServerRequest

from engine.http.connection import detached, stream_of
from engine.http.handing_over import hand_over, reach
from engine.transport.answers import Answers, argument_of
from engine.transport.engine_io import EngineIO
from engine.transport.sizes import most_payload_bytes
from engine.transport.upgrade import read_along

FRAMING = {"Content-Length", "Transfer-Encoding", "Trailer", "Expect"}
"""What headers tell of the body, which has been read by now."""


class PassingOn(Answers):
    """The part of the endpoint that finds out whose a request is."""

    eio: EngineIO

    @classmethod
    def is_served_without_room(cls, request: HTTPServerRequest, **arguments: Any) -> bool:
        """Whether a request is of a client that is connected, which notices nothing of those who are too many."""
        eio, link_id = arguments["eio"], argument_of(request, "sid")
        return eio.find(link_id) is not None or (eio.siblings and eio.siblings.other(link_id)) is not None

    async def prepare(self) -> None:
        """Take a body for another process as long as any may be: only that one knows how long it may be of whom."""
        if self.owner():
            self.longest_body_bytes = most_payload_bytes(self.eio.limits)
        await super().prepare()

    def owner(self) -> Path | None:
        """Where that process takes connections which has the link that is asked for, None if it is this one."""
        siblings = self.eio.siblings
        return siblings.other(self.argument("sid")) if siblings else None

    async def is_passed_on(self) -> bool:
        """Whether another process of this machine has the link that is asked for, and now its connection, too."""
        if path := self.owner():
            self.detached = await passed_on(self.request, bytes(self.body), path)
        return self.detached


async def passed_on(request: HTTPServerRequest, body: bytes, path: Path) -> bool:
    """Hand the connection of a request to the process that takes them at `path`; False if there is none, or no client.

    A process that has died has taken its links with it.
    """
    try:
        way = await reach(path)
    except OSError:
        return False
    stream = stream_of(request)
    if stream is None or stream.closed():
        way.close()
        return False
    detached(request)
    read = read_along(stream)
    if stream.closed():
        way.close()
    else:
        await hand_over(way, stream.release(), as_it_came(request, body) + read)
    return True


def as_it_came(request: HTTPServerRequest, body: bytes) -> bytes:
    """The bytes of a request (RFC 9112, 3 to 6), whatever the framing of its body was."""
    lines = [f"{request.method} {request.uri} {request.version}"]
    lines += [f"{name}: {value}" for name, value in request.headers.get_all() if name not in FRAMING]
    if request.method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
