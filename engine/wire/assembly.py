"""A binary packet of a client, as its attachments come in (Socket.IO protocol v5, "Packet encoding", binary)."""

from engine.errors import InvalidPacket
from engine.wire.json_in import Json
from engine.wire.packet import BINARY_EVENT, EVENT, Packet


class Assembly:
    """A binary packet whose attachments are still on their way."""

    def __init__(self, packet: Packet):
        self.packet, self.attachments, self.missing = packet, list[bytes](), packet.attachments

    def add(self, attachment: bytes) -> Packet | None:
        """Take the next attachment; return the whole packet after the last one.

        Raises InvalidPacket unless each attachment has exactly one placeholder. Those of a packet that is refused are
        not kept.
        """
        self.missing -= 1
        if not self.packet.refused:
            self.attachments.append(attachment)
        return None if self.missing else self._whole()

    def _whole(self) -> Packet:
        unused = dict(enumerate(self.attachments))
        data = _fill(self.packet.data, unused)
        if unused:
            raise InvalidPacket("an attachment without a placeholder")
        return self.packet._replace(type=self.packet.type - (BINARY_EVENT - EVENT), data=data)


def _fill(value: Json, unused: dict[int, bytes]) -> Json:
    """Put attachments in the place of their placeholders."""
    if isinstance(value, list):
        return [_fill(item, unused) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is not True:
        return {key: _fill(item, unused) for key, item in value.items()}
    number = value.get("num")
    if type(number) is not int or number not in unused:
        raise InvalidPacket("a placeholder without its attachment")
    return unused.pop(number)
