"""A time in which nothing is read."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO


class Rest:
    """Calls `over()` once, in so many seconds, unless it is cancelled."""

    __slots__ = ("eio", "over", "slot")

    def __init__(self, eio: "EngineIO", over: Callable[[], None], seconds: float):
        self.eio, self.over = eio, over
        self.slot: int | None = None
        eio.wheel.schedule(self, eio.wheel.now() + seconds)

    def tick(self, now: float) -> None:
        """It is over: called by the wheel."""
        self.over()

    def cancel(self) -> None:
        """It ends before its time."""
        self.eio.wheel.cancel(self)
