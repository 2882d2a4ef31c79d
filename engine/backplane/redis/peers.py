"""The other nodes: who is there, and who answers."""

from engine.backplane.contents import Bye, Hello
from engine.backplane.messages import Envelope
from engine.backplane.redis.bus import Bus
from engine.backplane.redis.errors import Away, RedisError
from engine.backplane.redis.publication import Publication


class Peers:
    """Nodes greet each other, so that each knows all; one that fails to answer counts as silent until it is heard."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.known: set[bytes] = set()
        self.silent: set[bytes] = set()
        bus.heard_from = self.silent.discard
        bus.handlers[Hello], bus.handlers[Bye] = self._hello, self._bye

    def greet(self) -> None:
        """Tell all that we are there."""
        self._bus.publish([self._bus.channels.everybody], Hello())

    def leave(self) -> Publication:
        """Tell all that we are not any more."""
        return self._bus.publish([self._bus.channels.everybody], Bye())

    def _hello(self, envelope: Envelope, channel: bytes) -> None:
        self.known.add(envelope.origin)
        if channel == self._bus.channels.everybody:
            self._bus.publish([self._bus.channels.node(envelope.origin)], Hello())

    def _bye(self, envelope: Envelope, channel: bytes) -> None:
        self.known.discard(envelope.origin)

    async def forget_dead(self) -> None:
        """Forget those that Redis has no connection of."""
        known = tuple(self.known)
        try:
            counts = await self._bus.link.call("PUBSUB", "NUMSUB", *map(self._bus.channels.node, known))
        except (Away, OSError, RedisError):
            return
        for node, count in zip(known, counts[1::2], strict=True):
            if not count:
                self.known.discard(node)
                self.silent.discard(node)
