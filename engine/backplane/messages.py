"""What nodes tell each other, as bytes: a head, what it is about as JSON, and a packet that is ready to be sent on.

    RT\\x01 | kind, 1 byte | origin, 8 | number, 8 | size of the JSON, 4 | size of the packet's text, 4
    JSON | text | size of an attachment, 4 | attachment | ...

Numbers are big-endian. The `\\x01` is the version: who reads another one drops it.
"""

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from engine.backplane.contents import KINDS, PLAIN, Content
from engine.wire.json_out import dumps
from engine.wire.message import Message

VERSION = b"RT\x01"
HEAD, SIZE = Struct(">3sB8sQII"), Struct(">I")
LARGEST_BYTES = 8 * 1024 * 1024
"""The most that Redis lets wait for a subscriber by default (client-output-buffer-limit pubsub, its soft limit)."""
NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
FORMS: tuple[TypeAdapter[Content], ...] = tuple(TypeAdapter(kind) for kind in KINDS)
NO_PACKET = Message(b"")
TOO_LARGE = "an event for other nodes may have {:,} bytes; this one has {:,}"


class InvalidMessage(ValueError):
    """What came is no message of a node, or of one of another version."""


class Envelope(NamedTuple):
    """A message: from which node it is, the how manieth of it, what it says, and the packet in it."""

    origin: bytes
    number: int
    content: Content
    message: Message


def encode(origin: bytes, number: int, content: Content, message: Message = NO_PACKET) -> bytes:
    """The bytes of a message. Raises ValueError for one that is too large for Redis to carry."""
    fields = b"" if content is PLAIN else dumps(content)
    text = message.text
    data = HEAD.pack(VERSION, NUMBERS[type(content)], origin, number, len(fields), len(text)) + fields + text
    if message.attachments:
        data = b"".join((data, *_sized(message.attachments)))
    if len(data) > LARGEST_BYTES:
        raise ValueError(TOO_LARGE.format(LARGEST_BYTES, len(data)))
    return data


def _sized(attachments: Sequence[bytes]) -> list[bytes]:
    return [part for each in attachments for part in (SIZE.pack(len(each)), each)]


def decode(data: bytes) -> Envelope:
    """A message from its bytes. Raises InvalidMessage."""
    size = len(data)
    if not HEAD.size <= size <= LARGEST_BYTES or not data.startswith(VERSION):
        raise InvalidMessage("no message of this version")
    _, kind, origin, number, fields, text = HEAD.unpack_from(data)
    text_at = HEAD.size + fields
    end = text_at + text
    if kind >= len(KINDS) or end > size:
        raise InvalidMessage("a message that is cut off, or of an unknown kind")
    content = _content(kind, data[HEAD.size : text_at]) if fields or kind else PLAIN
    attachments = _attachments(data, end) if end < size else ()
    return Envelope(origin, number, content, Message(_checked(data[text_at:end]), attachments))


def origin_of(data: bytes) -> bytes:
    """From which node a message is, if it is one."""
    return data[4:12]


def number_of(data: bytes) -> int:
    """The how manieth of its node a message is."""
    return int.from_bytes(data[12:20])


def _content(kind: int, fields: bytes) -> Content:
    try:
        return FORMS[kind].validate_json(fields)
    except ValidationError:
        raise InvalidMessage(f"a message that is no {KINDS[kind].__name__}") from None


def _checked(text: bytes) -> bytes:
    """Text that is UTF-8, without which a WebSocket would be closed by its client."""
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            raise InvalidMessage("a packet that is not UTF-8") from None
    return text


def _attachments(data: bytes, at: int) -> Sequence[bytes]:
    attachments: list[bytes] = []
    while at < len(data):
        if at + SIZE.size > len(data):
            raise InvalidMessage("an attachment that is cut off")
        (size,) = SIZE.unpack_from(data, at)
        at += SIZE.size + size
        attachments.append(data[at - size : at])
    if at != len(data):
        raise InvalidMessage("an attachment that is cut off")
    return attachments
