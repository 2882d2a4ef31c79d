"""WebSocket frames (RFC 6455, section 5): their parts, and how the server writes them. No I/O.

No extension is negotiated, so the reserved bits are 0, and a frame's payload is the message's.
"""

# Opcodes (5.2).
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
# Status codes (7.4.1).
PROTOCOL_BROKEN, NO_STATUS, NOT_UTF8, TOO_BIG = 1002, 1005, 1007, 1009

FIN, MASKED = 0x80, 0x80
LENGTH_16, LENGTH_64 = 126, 127
MAX_CONTROL_BYTES = 125

_SHORT_TEXT = [bytes((FIN | TEXT, size)) for size in range(LENGTH_16)]


class ProtocolError(Exception):
    """What a client did wrong; `code` is the status code (7.4.1) to close the connection with."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


def text_frame(data: bytes) -> bytes:
    """A text message, UTF-8 encoded, as one frame. Unmasked (5.1), so the same bytes serve every recipient."""
    size = len(data)
    return _SHORT_TEXT[size] + data if size < LENGTH_16 else _frame(FIN | TEXT, data)


def binary_frame(data: bytes) -> bytes:
    """A binary message as one frame."""
    return _frame(FIN | BINARY, data)


def ping_frame(data: bytes = b"") -> bytes:
    """A ping (5.5.2); at most 125 bytes, else ValueError."""
    return _control_frame(PING, data)


def pong_frame(data: bytes) -> bytes:
    """The answer to a ping, which carries the ping's own data (5.5.3); at most 125 bytes, else ValueError."""
    return _control_frame(PONG, data)


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame (5.5.1). A reason that doesn't fit is cut between two characters.

    1005 stands for "no status" and makes an empty body, so that what a peer sent can be echoed as it was read.
    Another code that must not be on the wire (7.4) is a ValueError.
    """
    if code == NO_STATUS:
        return _control_frame(CLOSE, b"")
    if not is_close_code(code):
        raise ValueError(f"{code} is no status code that an endpoint may send")
    text = reason.encode()[: MAX_CONTROL_BYTES - 2].decode(errors="ignore")
    return _control_frame(CLOSE, code.to_bytes(2, "big") + text.encode())


def _control_frame(opcode: int, data: bytes) -> bytes:
    if len(data) > MAX_CONTROL_BYTES:
        raise ValueError(f"A control frame holds at most {MAX_CONTROL_BYTES} bytes, not {len(data)}")
    return _frame(FIN | opcode, data)


def _frame(first: int, data: bytes) -> bytes:
    size = len(data)
    if size < LENGTH_16:
        return bytes((first, size)) + data
    if size < 1 << 16:
        return bytes((first, LENGTH_16, size >> 8, size & 255)) + data
    return bytes((first, LENGTH_64)) + size.to_bytes(8, "big") + data


def is_close_code(code: int) -> bool:
    """Whether a close frame may carry it: 7.4.1 and the codes registered since, and the private ranges of 7.4.2."""
    return 3000 <= code <= 4999 or 1000 <= code <= 1003 or 1007 <= code <= 1014


def close_status(body: bytes) -> tuple[int, str]:
    """Status code and reason in the body of a client's close frame (5.5.1, 7.4); 1005 if there is none.

    Raises ProtocolError for a code that no endpoint may send, UnicodeDecodeError for a reason that is not UTF-8.
    """
    if not body:
        return NO_STATUS, ""
    code = int.from_bytes(body[:2], "big")  # of a lone byte: under 256, and so no valid code either
    if not is_close_code(code):
        raise ProtocolError(PROTOCOL_BROKEN, "Close frame without a valid status code")
    return code, body[2:].decode()


def extended_size(field: bytes) -> int:
    """A length of two or eight bytes (5.2). Raises ProtocolError for one that needs fewer, or is none."""
    size = int.from_bytes(field, "big")
    if size < (LENGTH_16 if len(field) == 2 else 1 << 16):
        raise ProtocolError(PROTOCOL_BROKEN, "Length in more bytes than it needs")
    if size >> 63:
        raise ProtocolError(PROTOCOL_BROKEN, "Length with its highest bit set")
    return size
