"""What a link knows of the request that opened it."""

from typing import NamedTuple

from tornado.httputil import HTTPHeaders

from engine.tokens.finding import LONGEST_TOKEN
from engine.wire.engineio3 import ENGINEIO3, ENGINEIO3_BASE64
from engine.wire.engineio4 import ENGINEIO4
from engine.wire.revision import Revision

LONGEST_HEADER = 512
"""How many characters are kept: as long as there is nobody to be known, what a client costs is up to us."""


def requested_revision(version: str | None, base64: bool) -> Revision | None:
    """The revision that a request names by its `EIO`, None if there is no such: without one it is the one before 4."""
    if version == "4":
        return ENGINEIO4
    if version in (None, "3"):
        return ENGINEIO3_BASE64 if base64 else ENGINEIO3
    return None


class Handshake(NamedTuple):
    """What is kept of the request that opened a link."""

    ip: str
    token: str | None = None
    """The token of the query or the Authorization header; it never reaches a log."""
    origin: str = ""
    user_agent: str = ""
    revision: Revision = ENGINEIO4

    @classmethod
    def of(cls, ip: str, token: str | None, headers: HTTPHeaders, revision: Revision) -> "Handshake":
        """What is kept of a request from `ip`. A token that is too long stays too long."""
        origin, user_agent = (headers.get(name, "")[:LONGEST_HEADER] for name in ("Origin", "User-Agent"))
        return cls(ip, token and token[: LONGEST_TOKEN + 1], origin, user_agent, revision)

    @property
    def is_python(self) -> bool:
        """Whether the client is a program in Python, as python-socketio's are."""
        return "python" in self.user_agent.lower()

    def environ(self) -> dict[str, str]:
        """The same as python-socketio hands it to `connect` handlers of other namespaces, after WSGI (PEP 3333)."""
        return {"REMOTE_ADDR": self.ip, "HTTP_ORIGIN": self.origin, "HTTP_USER_AGENT": self.user_agent}
