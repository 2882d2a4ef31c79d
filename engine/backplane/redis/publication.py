"""One message on its way to other nodes, and what it does on this one."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import hiredis

from engine.backplane.redis.counts import Counts
from engine.backplane.redis.refusals import Refusals

Receivers = asyncio.Future[int | None]
"""How many nodes a message went to, None if Redis has not said."""


def in_this_context(call: Callable[..., None], *arguments: Any) -> Callable[[], None]:
    """A call that is made later, in the context of now, which tells whether a hook asks for it."""
    context = copy_context()

    def carry_out() -> None:
        context.run(call, *arguments)

    return carry_out


class Publication:
    """What is done here is done once: when Redis has put the message in its order, or before if that takes too long.

    Redis replies to PUBLISH between what others published before it and after it, so that all nodes see one order.
    """

    __slots__ = ("_carry_out", "_counts", "_refusals", "is_carried_out", "number", "receivers", "since")

    def __init__(self, number: int, carry_out: Callable[[], None], counts: Counts, refusals: Refusals) -> None:
        self.number, self.since = number, 0
        self.receivers: Receivers = asyncio.get_running_loop().create_future()
        """Done once this node has carried it out; raises what that raises."""
        self._carry_out, self._counts, self._refusals = carry_out, counts, refusals
        self.is_carried_out = False

    def answered(self, reply: Any) -> None:
        """Redis has carried it."""
        if isinstance(reply, hiredis.ReplyError):
            self._refusals.refused(str(reply))
            self.lost(str(reply))
        else:
            self._here(int(reply))

    def delayed(self) -> None:
        """Redis is slow: it may still carry it."""
        if not self.is_carried_out:
            self._counts.early += 1
            self._here(None)

    def lost(self, why: str) -> None:
        """Perhaps no other node hears of it."""
        self._counts.lost += 1
        self._here(None)

    def _here(self, receivers: int | None) -> None:
        if self.is_carried_out:
            return
        self.is_carried_out = True
        try:
            self._carry_out()
        except Exception as error:
            self._fail(error)
        else:
            if not self.receivers.done():
                self.receivers.set_result(receivers)

    def _fail(self, error: Exception) -> None:
        if not self.receivers.done():
            self.receivers.set_exception(error)
