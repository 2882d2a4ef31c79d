"""With which bytes frames may begin, and where (RFC 6455, sections 5.2, 5.4 and 5.5)."""

from engine.wire.frames import BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT

_CONTROL = {FIN | CLOSE, FIN | PING, FIN | PONG}
BETWEEN_MESSAGES = _CONTROL | {TEXT, FIN | TEXT, BINARY, FIN | BINARY}
INSIDE_MESSAGE = _CONTROL | {CONTINUATION, FIN | CONTINUATION}
"""A fragmented one."""


def wrong_first_byte(first: int) -> str:
    """What is wrong with a frame that begins with a byte which is not allowed where it is."""
    if first & 0x70:
        return "Reserved bit set"
    if (first | FIN) in _CONTROL:
        return "Fragmented control frame"
    if first & ~FIN == CONTINUATION:
        return "Continuation of no message"
    if first & ~FIN in (TEXT, BINARY):
        return "New message inside a fragmented one"
    return "Reserved opcode"
