"""The probe of an upgrade (Engine.IO, "Upgrade"): a WebSocket that may take over from polling."""

from typing import TYPE_CHECKING

from engine.endings import Ending, ProbeEnding
from engine.transport.polling import Polling
from engine.transport.websocket import WebSocket
from engine.wire.message import Message

if TYPE_CHECKING:
    from engine.transport.link import Link

ANSWER = Message(b"3probe")
NOOP_SECONDS = 0.1
"""How long polls wait that come while a WebSocket probes, the first one left out, as with engine.io's own server."""


class Probe:
    """Lets a link that polls move to a WebSocket: `2probe` is answered by `3probe`, and `5` moves it.

    Anything else, or nothing for too long, closes the WebSocket and leaves polling as it was.
    """

    __slots__ = ("answered", "eio", "link", "polling", "slot", "websocket")

    def __init__(self, link: "Link", polling: Polling, websocket: WebSocket):
        self.eio, self.link, self.polling, self.websocket = link.eio, link, polling, websocket
        self.slot: int | None = None
        self.answered = False
        """Whether a poll has been ended for it."""
        self.eio.wheel.schedule(self, self.eio.wheel.now() + self.eio.limits.upgrade_seconds)

    def receive(self, text: str) -> None:
        """Take a step of the upgrade."""
        if text == "2probe" and self.polling.begin_upgrade(self):
            self.websocket.send(ANSWER)
        elif text == "5" and self.polling.probe is self:
            self.eio.wheel.cancel(self)
            self.link.upgrade(self.polling, self.websocket)
        else:
            self.close(ProbeEnding.NOT_A_PROBE)

    def patience(self) -> float:
        """How many seconds a poll may wait: the first one none, for the client moves once it has no poll any more."""
        seconds = NOOP_SECONDS if self.answered else 0
        self.answered = True
        return seconds

    def receive_event(self, text: bytes) -> bool:
        """No step of it is an event."""
        return False

    def receive_binary(self, data: bytes) -> None:
        """No step of it is binary."""
        self.close(ProbeEnding.NOT_A_PROBE)

    def spend(self, packets: int) -> bool:
        """What the client does here comes out of the budget that it has."""
        return self.link.spend(packets)

    def rest(self) -> float:
        """For how many seconds from now nothing more may be read; 0 for none."""
        return self.link.rest()

    def tick(self, now: float) -> None:
        """The client takes too long."""
        self.close(ProbeEnding.TOO_LONG)

    def too_slow(self) -> None:
        """The client does not read our answers."""
        self.close(ProbeEnding.TOO_SLOW)

    def large(self, size: int) -> None:
        """No step of it is."""
        if size:
            self.close(ProbeEnding.NOT_A_PROBE)

    def too_large(self) -> None:
        """It is no step of an upgrade, and closes the WebSocket alone."""

    def lost(self, ending: Ending) -> None:
        """The WebSocket is gone, which `forget` says as well."""

    def cancel(self) -> None:
        """The link has ended."""
        self.close(ProbeEnding.LINK_ENDED)

    def close(self, ending: ProbeEnding) -> None:
        """Close the WebSocket, which carries nothing."""
        self.websocket.close(*ending.close_frame())

    def forget(self) -> None:
        """The WebSocket has come to nothing."""
        self.eio.wheel.cancel(self)
        self.polling.stop_upgrade(self)
