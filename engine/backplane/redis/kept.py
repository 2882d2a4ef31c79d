"""Messages on their way to other nodes and into the logs."""

from typing import Any, cast

import hiredis

from engine.backplane.redis.bundle import Bundle, Place
from engine.backplane.redis.errors import Away
from engine.backplane.redis.keeping import Keeping
from engine.backplane.redis.publication import Publication
from engine.backplane.redis.refusals import Refusals


class Kept(Bundle):
    """Publications that are kept as well."""

    __slots__ = ("_is_plain", "_keeping", "_refusals")

    def __init__(self, place: Place, keeping: Keeping, refusals: Refusals) -> None:
        super().__init__(place)
        self._keeping, self._refusals, self._is_plain = keeping, refusals, False

    def command(self) -> bytes:
        """Number, keep and publish."""
        return self._keeping.command(self.place, self.messages)

    def answered(self, reply: Any) -> None:
        """Redis has kept and carried all, or nothing."""
        if isinstance(reply, list):
            last, receivers = cast("list[int]", reply)
            for number, publication in enumerate(self.publications, last - len(self.publications) + 1):
                self._keeping.heard(number)
                publication.answered(receivers)
        elif isinstance(reply, hiredis.ReplyError) and not self._is_plain:
            self._send_again(str(reply))
        else:
            super().answered(reply)

    def delay(self, publication: Publication) -> None:
        """Redis is slow: it may still keep it."""
        if not publication.is_carried_out:
            self._keeping.tear()
        super().delay(publication)

    def lost(self, why: str) -> None:
        """Perhaps nothing of it is kept."""
        self._keeping.tear()
        super().lost(why)

    def _send_again(self, refusal: str) -> None:
        """By the script itself to a Redis that does not know it; else without having it kept."""
        try:
            if refusal.startswith("NOSCRIPT"):
                self._keeping.send(self._keeping.whole(self.place, self.messages), self)
            else:
                self._publish_bare(refusal)
        except Away as away:
            self.lost(str(away))

    def _publish_bare(self, refusal: str) -> None:
        for _ in self.publications:
            self._refusals.refused(refusal)
        self._keeping.begin_anew()
        self._is_plain = True
        if self.place.channels:
            self._keeping.send(super().command(), self)
        else:
            self.answered(0)
