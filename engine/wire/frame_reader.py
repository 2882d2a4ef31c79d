"""How the server reads WebSocket frames (RFC 6455, section 5): bytes in, messages out. No I/O."""

from typing import Any

from engine.tornado_internals import unmask
from engine.wire.first_bytes import BETWEEN_MESSAGES, INSIDE_MESSAGE, wrong_first_byte
from engine.wire.fragments import Fragments
from engine.wire.frames import (
    CLOSE,
    CONTINUATION,
    FIN,
    LENGTH_16,
    MASKED,
    MAX_CONTROL_BYTES,
    NOT_UTF8,
    PROTOCOL_BROKEN,
    TEXT,
    TOO_BIG,
    ProtocolError,
    close_status,
    extended_size,
)

# What `feed` gives in the place of an opcode: the client broke the protocol; a large message begins, or is over.
# Opcodes have four bits.
ERROR, LARGE = 0x10, 0x11
SHORT_BYTES = 4096
"""Of longer texts `one_text` leaves the reading to `feed`."""
SCRAP_BYTES = 1024
"""Frames of a message in several that are shorter than this are counted in `scraps`."""


class FrameReader:
    """Reads what one client sends, however the network cuts it.

    `max_message_bytes` bounds a message, all its fragments together. Between two feeds the reader holds no more than
    that and one header. A message of more than `small_bytes`, if given, is told of as soon as that is known.
    """

    __slots__ = (
        "_finished", "_fragments", "_is_large", "_max_message_bytes", "_max_short", "_max_text", "_needed", "_partial",
        "_small_bytes", "scraps",
    )  # fmt: skip

    def __init__(self, max_message_bytes: int, small_bytes: int | None = None):
        self._max_message_bytes = max_message_bytes
        self._small_bytes = min(small_bytes or max_message_bytes, max_message_bytes)
        # The highest second byte of a frame whose length needs no bytes of its own (5.2), of a small message.
        self._max_short = MASKED | min(self._small_bytes, LENGTH_16 - 1)
        self._max_text = min(self._small_bytes, SHORT_BYTES)
        self._is_large = False
        self._fragments: Fragments | None = None
        # A frame that isn't whole yet, and how many bytes of it must be there before it is worth another look.
        self._partial: bytearray | None = None
        self._needed = 0
        self._finished = False
        self.scraps = 0
        """How many of the frames that the latest feed has read were too short to be worth one."""

    def one_text(self, data: bytes) -> bytes | None:
        """The text in `data` if that is exactly one frame, short and with a text, as nearly always: else `feed` it.

        Whether it is UTF-8 is not known yet.
        """
        size = len(data) - 6
        if size < 0 or data[0] != FIN | TEXT or self._finished or not (self._partial is self._fragments is None):
            return None
        second = data[1]
        if second == MASKED | size and size < LENGTH_16 and second <= self._max_short:
            return unmask(data[2:6], data[6:])
        size -= 2
        if second == MASKED | LENGTH_16 and LENGTH_16 <= size <= self._max_text and size == data[2] << 8 | data[3]:
            return unmask(data[4:8], data[8:])
        return None

    def feed(self, data: bytes) -> list[tuple[int, Any]]:
        """Takes the next bytes from the wire; returns what they complete, in order, as (opcode, payload):

        TEXT str, BINARY bytes, PING bytes, PONG bytes; CLOSE (code, reason), the code being 1005 if there was none;
        LARGE int, before a large message how many bytes it may have, after it 0;
        ERROR ProtocolError, if the client broke the protocol. It never raises, so the messages before an error aren't
        lost with it. Nothing follows CLOSE or ERROR: what comes after them is dropped unread (1.4, 7.1.7).
        """
        if self._partial is not None or self._finished:
            data = self._resume(data)
        messages: list[tuple[int, Any]] = []
        self.scraps = 0
        try:
            self._read(data, messages)
        except UnicodeDecodeError:
            self._finish()
            messages.append((ERROR, ProtocolError(NOT_UTF8, "Text that is not UTF-8")))
        except ProtocolError as error:
            self._finish()
            # Its traceback would hold `messages`, which holds it: a cycle that only the collector frees.
            messages.append((ERROR, error.with_traceback(None)))
        return messages

    def _resume(self, data: bytes) -> bytes:
        """The partial frame with what has come for it, or b"" as long as that isn't enough to go on."""
        partial = self._partial
        if partial is None:
            return b""
        # A bytearray grows in place: a frame in tiny pieces costs no more than its size, in time and in memory.
        partial += data
        if len(partial) < self._needed:
            return b""
        self._partial = None
        return bytes(partial)

    def _read(self, data: bytes, messages: list[tuple[int, Any]]) -> None:
        position, end = 0, len(data)
        while position < end:
            # Nearly every frame is a short, whole, masked text between messages: it goes straight through.
            if data[position] == FIN | TEXT and position + 2 <= end and self._fragments is None:
                masked_size = data[position + 1]
                start = position + 6
                stop = start + masked_size - MASKED
                if MASKED <= masked_size <= self._max_short and stop <= end:
                    messages.append((TEXT, unmask(data[position + 2 : start], data[start:stop]).decode()))
                    position = stop
                    continue
            header_size, needed, size = self._measure(data, position, end - position)
            if size > self._small_bytes and not self._is_large:
                self._is_large = True
                messages.append((LARGE, size))
            stop = position + needed
            if stop > end:
                self._partial, self._needed = bytearray(data[position:]), needed
                return
            start = position + header_size
            message = self._take(data[position], unmask(data[start - 4 : start], data[start:stop]))
            position = stop
            if message is not None:
                messages.append(message)
                if self._is_large and self._fragments is None:
                    self._is_large = False
                    messages.append((LARGE, 0))
                if message[0] == CLOSE:
                    self._finish()
                    return

    def _measure(self, data: bytes, position: int, available: int) -> tuple[int, int, int]:
        """Checks what is there of a frame's header (5.2), and so refuses a frame before its payload is buffered.

        Returns the header's size, how many bytes are needed, which are the frame's or else more than are available,
        and how many bytes the message may have, as far as that is known.
        """
        first = data[position]
        if first not in (BETWEEN_MESSAGES if self._fragments is None else INSIDE_MESSAGE):
            raise ProtocolError(PROTOCOL_BROKEN, wrong_first_byte(first))
        if available < 2:
            return 2, 2, 0
        size = data[position + 1] - MASKED
        if size < 0:
            raise ProtocolError(PROTOCOL_BROKEN, "Frame without a mask")
        if first & CLOSE:
            if size > MAX_CONTROL_BYTES:
                raise ProtocolError(PROTOCOL_BROKEN, "Control frame longer than 125 bytes")
            return 6, 6 + size, 0
        header_size = 6
        if size >= LENGTH_16:
            header_size = 8 if size == LENGTH_16 else 14
            mask_start = header_size - 4
            if available < mask_start:
                return header_size, mask_start, 0
            size = extended_size(data[position + 2 : position + mask_start])
        return header_size, header_size + size, self._check_size(first, size)

    def _check_size(self, first: int, size: int) -> int:
        fragments = self._fragments
        if fragments is not None:
            # Empty fragments add no bytes, so a message of them would never end: their number is bounded as well.
            size = max(size + len(fragments.data), fragments.count)
        if size > self._max_message_bytes:
            raise ProtocolError(TOO_BIG, f"Message longer than {self._max_message_bytes} bytes")
        return size if first & FIN or size <= self._small_bytes else self._max_message_bytes

    def _take(self, first: int, payload: bytes) -> tuple[int, Any] | None:
        """The message that a whole frame is or completes, if any."""
        if first == FIN | TEXT:
            return TEXT, payload.decode()
        if first == FIN | CLOSE:
            return CLOSE, close_status(payload)
        if first > FIN:
            return first - FIN, payload
        if self._fragments is None:
            self._fragments = Fragments(first)
        self._fragments.add(payload)
        self.scraps += len(payload) < SCRAP_BYTES
        if first != FIN | CONTINUATION:
            return None
        message, self._fragments = self._fragments.message(), None
        return message

    def _finish(self) -> None:
        self._finished = True
        self._partial = self._fragments = None
