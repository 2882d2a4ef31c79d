"""What is wrong with a request: the codes and words of engine.io's own server, which clients may know."""

UNKNOWN_TRANSPORT = 400, 0, "Transport unknown"
UNKNOWN_SESSION = 400, 1, "Session ID unknown"
BAD_METHOD = 400, 2, "Bad handshake method"
BAD_REQUEST = 400, 3, "Bad request"
FORBIDDEN = 403, 4, "Forbidden: this origin may not connect; list it in CORS_ORIGINS"
UNSUPPORTED_VERSION = 400, 5, "Unsupported protocol version"
TOO_LONG = 413, 3, "Payload too long"
UNAVAILABLE = 503, 3, "The server cannot take connections right now; try again shortly"


class HandshakeError(Exception):
    """A request that is answered with a status, an error code of Engine.IO, and a sentence."""

    def __init__(self, error: tuple[int, int, str]):
        super().__init__(error[2])
        self.error = error
