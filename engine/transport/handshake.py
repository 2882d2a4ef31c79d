"""What a link knows of the request that opened it."""

from typing import NamedTuple

from engine.wire.engineio4 import ENGINEIO4
from engine.wire.revision import Revision


class Handshake(NamedTuple):
    """What is kept of the request that opened a link."""

    ip: str
    token: str | None = None
    """The token of the query or the Authorization header; it never reaches a log."""
    origin: str = ""
    user_agent: str = ""
    revision: Revision = ENGINEIO4

    def environ(self) -> dict[str, str]:
        """The same as python-socketio hands it to `connect` handlers of other namespaces, after WSGI (PEP 3333)."""
        return {"REMOTE_ADDR": self.ip, "HTTP_ORIGIN": self.origin, "HTTP_USER_AGENT": self.user_agent}
