"""A binary packet of a client, as its attachments come in (Socket.IO protocol v5, "Packet encoding", binary)."""

import math

from engine.errors import InvalidPacket
from engine.wire.json_in import Json
from engine.wire.packet import BINARY_EVENT, EVENT, Packet

AMBIGUOUS = 'a "_placeholder" of its own beside attachments'


class Assembly:
    """A binary packet whose attachments are still on their way; with them it may have `most_bytes`."""

    def __init__(self, packet: Packet, most_bytes: float = math.inf):
        self.packet, self.attachments, self.missing = packet, list[bytes](), packet.attachments
        self.size, self.most_bytes = packet.size, most_bytes

    def add(self, attachment: bytes) -> Packet | None:
        """Take the next attachment; return the whole packet after the last one.

        Raises InvalidPacket for an attachment without a placeholder. A packet that has other objects that look like
        one, which only its sender could tell apart, comes back refused. Of one that is, attachments are not kept.
        """
        self.missing -= 1
        self.size += len(attachment)
        if self.size > self.most_bytes:
            self.refuse(f"more than {self.most_bytes:.0f} bytes with its attachments")
        if not self.packet.refused:
            self.attachments.append(attachment)
        return None if self.missing else self._whole()

    def _whole(self) -> Packet:
        unused, ambiguous = dict(enumerate(self.attachments)), list[Json]()
        packet = self.packet._replace(type=self.packet.type - (BINARY_EVENT - EVENT), size=self.size)
        data = _fill(packet.data, unused, ambiguous)
        if unused:
            raise InvalidPacket("an attachment without a placeholder")
        if ambiguous and not packet.refused:
            return packet._replace(data=packet.data[:1], refused=AMBIGUOUS)
        return packet._replace(data=data)

    def refuse(self, why: str) -> None:
        """Keep no more of it than what an answer needs."""
        self.attachments.clear()
        if not self.packet.refused:
            self.packet = self.packet._replace(data=self.packet.data[:1], refused=why)


def _fill(value: Json, unused: dict[int, bytes], ambiguous: list[Json]) -> Json:
    """Put attachments in the place of their placeholders; what looks like another one is collected."""
    if isinstance(value, list):
        return [_fill(item, unused, ambiguous) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is not True:
        return {key: _fill(item, unused, ambiguous) for key, item in value.items()}
    number = value.get("num")
    if type(number) is int and number in unused:
        return unused.pop(number)
    ambiguous.append(value)
    return value
