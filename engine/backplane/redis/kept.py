"""A message on its way to other nodes and into the logs."""

from collections.abc import Callable
from typing import Any, cast

import hiredis

from engine.backplane.redis.bundle import Place
from engine.backplane.redis.counts import Counts
from engine.backplane.redis.errors import Away
from engine.backplane.redis.keeping import Keeping, bare
from engine.backplane.redis.publication import Publication
from engine.backplane.redis.refusals import Refusals


class Kept(Publication):
    """A publication that is kept as well."""

    __slots__ = ("_data", "_is_plain", "_keeping", "_place")

    def __init__(
        self,
        number: int,
        carry_out: Callable[[], None],
        counts: Counts,
        refusals: Refusals,
        keeping: Keeping,
        place: Place,
        data: bytes,
    ) -> None:
        super().__init__(number, carry_out, counts, refusals)
        self._keeping, self._place, self._data, self._is_plain = keeping, place, data, False

    def answered(self, reply: Any) -> None:
        """Redis has kept and carried it, or not."""
        if isinstance(reply, list):
            number, receivers = cast("list[int]", reply)
            self._keeping.heard(number)
            super().answered(receivers)
        elif isinstance(reply, hiredis.ReplyError) and not self._is_plain:
            self._send_again(str(reply))
        else:
            super().answered(reply)

    def delayed(self) -> None:
        """Redis is slow: it may still keep it."""
        if not self.is_carried_out:
            self._keeping.tear()
        super().delayed()

    def lost(self, why: str) -> None:
        """Perhaps it is not kept."""
        self._keeping.tear()
        super().lost(why)

    def _send_again(self, refusal: str) -> None:
        """By the script itself to a Redis that does not know it; else without having it kept."""
        try:
            if refusal.startswith("NOSCRIPT"):
                self._keeping.send(self._keeping.whole(self._place, self._data), self)
            else:
                self._publish_bare(refusal)
        except Away as away:
            self.lost(str(away))

    def _publish_bare(self, refusal: str) -> None:
        self._refusals.refused(refusal)
        self._keeping.begin_anew()
        self._is_plain = True
        if self._place.channels:
            self._keeping.send(bare(self._place, [self._data]), self)
        else:
            self.answered(0)
