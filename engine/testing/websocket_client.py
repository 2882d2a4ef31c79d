"""A minimal WebSocket client (RFC 6455), cheap enough that thousands of them fit on one core."""

import asyncio
import zlib

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
# Some servers skip unmasking for a key of zeros, which no real client sends.
MASK = b"\x37\xfa\x21\x3d"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10

HEADERS = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + "\r\n"
)
BROWSER_HEADERS = (
    "Pragma: no-cache\r\nCache-Control: no-cache\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36\r\n"
    "Origin: http://127.0.0.1:{port}\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
)


class Refused(Exception):
    """The server did not answer the handshake as RFC 6455 section 4.2.2 says."""


def upgrade_request(path: str, port: int, browser: bool = False) -> bytes:
    """The opening handshake; with `browser`, the headers that Chrome sends, compression offered."""
    headers = HEADERS + (BROWSER_HEADERS if browser else "")
    return (headers.format(path=path, port=port) + "\r\n").encode()


def header(size: int, masked: int = 0, opcode: int = TEXT) -> bytes:
    """The header of one whole frame (section 5.2); `masked` is 0 or 0x80."""
    first = 0x80 | opcode
    if size < 126:
        return bytes((first, masked | size))
    if size < 65536:
        return bytes((first, masked | 126)) + size.to_bytes(2, "big")
    return bytes((first, masked | 127)) + size.to_bytes(8, "big")


def server_frame(payload: bytes) -> bytes:
    """The bytes in which a server sends this text."""
    return header(len(payload)) + payload


def client_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """The bytes in which a client sends this: masked (section 5.3)."""
    size = len(payload)
    key = (MASK * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return header(size, 0x80, opcode) + MASK + masked.to_bytes(size, "big")


class WebSocketClient(asyncio.Protocol):
    """One connection: does the handshake, then gives each text to `message(payload)`."""

    def __init__(self, request: bytes):
        self.request = request
        self.transport = None
        self.upgraded = False
        self.buffer = b""
        self.inflater = None

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes):
        self.buffer += data
        if self.upgraded or self.read_handshake():
            self.read_frames()

    def read_handshake(self) -> bool:
        head, end, rest = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        if b" 101 " not in head[:16] or ACCEPT not in head:
            self.failed(Refused(head.split(b"\r\n")[0].decode()))
            self.transport.abort()
            return False
        if b"permessage-deflate" in head:
            self.inflater = zlib.decompressobj(-15)
        self.upgraded, self.buffer = True, rest
        return True

    def read_frames(self):
        while len(self.buffer) >= 2:
            size, start = self.buffer[1], 2
            if size == 126:
                size, start = int.from_bytes(self.buffer[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(self.buffer[2:10], "big"), 10
            if len(self.buffer) < start + size:
                return
            first, payload = self.buffer[0], self.buffer[start : start + size]
            self.buffer = self.buffer[start + size :]
            self.frame(first, payload)

    def frame(self, first: int, payload: bytes):
        opcode = first & 15
        if opcode == CLOSE:
            self.failed(Refused(f"closed with {int.from_bytes(payload[:2], 'big')}"))
        elif opcode == PING:
            self.transport.write(client_frame(payload, PONG))
        else:
            self.message(self.inflate(payload) if first & 0x40 else payload)

    def inflate(self, payload: bytes) -> bytes:
        """RFC 7692 section 7.2.2: the sender left out the end of the block."""
        return self.inflater.decompress(payload + b"\x00\x00\xff\xff")

    def message(self, payload: bytes):
        raise NotImplementedError

    def failed(self, error: Exception):
        raise NotImplementedError
