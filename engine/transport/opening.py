"""The first packet of a link."""

from engine.limits import Limits
from engine.wire.json_out import dumps
from engine.wire.message import Message


def opening(sid: str, upgrades: list[str], limits: Limits) -> Message:
    """The open packet (Engine.IO, "Handshake"); times are in milliseconds."""
    packet = {
        "sid": sid,
        "upgrades": upgrades,
        "pingInterval": round(limits.ping_interval_seconds * 1000),
        "pingTimeout": round(limits.ping_timeout_seconds * 1000),
        "maxPayload": limits.message_bytes,
    }
    return Message(b"0" + dumps(packet))
