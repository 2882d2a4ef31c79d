"""What an answer of another node says."""

from typing import Any

from engine.backplane.contents import Answer
from engine.errors import InvalidPacket, NotConnected
from engine.limits import Limits
from engine.wire.assembly import Assembly
from engine.wire.decoding import decode
from engine.wire.message import Message

ERRORS: dict[str, type[Exception]] = {
    "NotConnected": NotConnected,
    "TimeoutError": TimeoutError,
    "ValueError": ValueError,
}
# Another node has taken it from a client already, within its bounds; here it stands in one more list.
LIMITS = Limits(depth=1000, attachments=1000)


def read_error(answer: Answer, _: Message) -> Exception | None:
    """The exception that an answer tells of, None for none."""
    return ERRORS.get(answer.error, RuntimeError)(answer.reason) if answer.error else None


def read_page(answer: Answer, _: Message) -> Any:
    """A page of a list, as it came; None for no page."""
    return answer.page


def read_ack(answer: Answer, message: Message) -> Any:
    """What a client has answered on another node, or an exception."""
    if answer.error:
        return read_error(answer, message)
    try:
        packet = decode(message.text[1:].decode(), LIMITS)
        assembly = Assembly(packet)
        for attachment in message.attachments:
            packet = assembly.add(attachment) or packet
        return packet.data[0]
    except (InvalidPacket, LookupError) as error:
        return InvalidPacket(str(error))
