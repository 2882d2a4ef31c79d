"""Whether all nodes have the same RECOVERY_SECONDS: who comes back to one may otherwise miss what another has sent."""

import logging

from engine.backplane.redis.bus import Bus
from engine.backplane.redis.errors import Away, RedisError
from engine.limits import Limits
from engine.loop.tasks import Tasks

log = logging.getLogger("realtime")


class Likeness:
    """Each node listens to a channel that is named after the setting, so that Redis counts those that have the same.

    What stood in a key would be that of nodes which have ended long ago.
    """

    def __init__(self, bus: Bus, limits: Limits) -> None:
        self._bus, self._seconds = bus, f"{limits.recovery_seconds:g}"
        self._channel, self._told = bus.channels.recovery(self._seconds), False
        self._tasks = Tasks()

    def start(self) -> None:
        """Be counted."""
        self._bus.link.want(self._channel)

    def look(self) -> None:
        """Warn if others differ, once."""
        if not self._told:
            self._tasks.spawn(self._look())

    async def _look(self) -> None:
        try:
            counts = await self._bus.link.call("PUBSUB", "NUMSUB", self._bus.channels.everybody, self._channel)
        except (Away, OSError, RedisError):
            return
        nodes, alike = counts[1::2]
        if alike < nodes and not self._told:
            self._told = True
            log.warning(
                "RECOVERY_SECONDS is %s here and something else at %d of %d nodes: set it to the same for all, or "
                "clients that come back may miss events",
                self._seconds,
                nodes - alike,
                nodes,
            )

    def stop(self) -> None:
        """Look no more."""
        self._tasks.cancel()
