"""All that we use of Tornado (6.6) without its promise to keep it; the test of this file tells when it moves."""

from collections.abc import Callable

from tornado.util import _websocket_mask  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
from tornado.websocket import WebSocketProtocol13

unmask: Callable[[bytes, bytes], bytes] = _websocket_mask
"""Takes the mask, four bytes, off a payload (RFC 6455, 5.3): in C where the wheel has it, and the standard library has
nothing that XORs bytes."""

accept_value: Callable[[str], str] = WebSocketProtocol13.compute_accept_value
"""What Sec-WebSocket-Accept answers to a Sec-WebSocket-Key (RFC 6455, 4.2.2)."""
