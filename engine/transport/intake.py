"""Room for what clients send: all that is held of it until it is handled has a bound, for all clients together."""

from collections import deque
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.transport.engine_io import EngineIO


class Intake:
    """Counts the bytes that are held, by who holds them; `waiting` are large messages that no room was left for."""

    def __init__(self, eio: "EngineIO"):
        self.eio = eio
        self.total = 0
        self.held: dict[Hashable, int] = {}
        self.waiting: deque[tuple[Arrival, int, Callable[[], None]]] = deque()

    @property
    def full(self) -> bool:
        """Whether no more than little can be taken."""
        return self.total >= self.eio.limits.unhandled_bytes

    def fits(self, size: int) -> bool:
        """Whether there is room for so many bytes; if nothing is held there always is."""
        return not self.total or self.total + size <= self.eio.limits.unhandled_bytes

    def hold(self, holder: Hashable, size: int) -> None:
        """So many bytes more are held."""
        self.held[holder] = self.held.get(holder, 0) + size
        self.total += size

    def release(self, holder: Hashable, size: int) -> None:
        """So many are not any more."""
        if holder in self.held:
            self.held[holder] -= size
            self.total -= size
            if self.held[holder] <= 0:
                self.forget(holder)
            self.admit()

    def forget(self, holder: Hashable) -> None:
        """None of its are."""
        if holder in self.held:
            self.total -= self.held.pop(holder)
            self.admit()

    def admit(self) -> None:
        """Let those come that waited, in the order in which they came, as far as there is room."""
        while self.waiting and self.fits(self.waiting[0][1]):
            arrival, size, go_on = self.waiting.popleft()
            arrival.admit(size)
            go_on()

    def leave(self, arrival: "Arrival") -> None:
        """Nobody is there any more who waits for it."""
        left, self.waiting = self.waiting, deque(each for each in self.waiting if each[0] is not arrival)
        for gone, _, go_on in left:
            if gone is arrival:
                go_on()


class Sender(Protocol):
    """Whose a large message is."""

    eio: "EngineIO"

    def late(self, waiting: bool) -> None:
        """It did not come in time, or, if it is still `waiting`, could not."""
        ...


class Arrival:
    """What is on its way from one client: a large message, a packet whose attachments are, or the one in the other.

    All of it has to be there `message_seconds` after the first began, or after there was room for it.
    """

    __slots__ = ("intake", "over", "parts", "sender", "slot", "waits")

    def __init__(self, sender: Sender):
        self.sender, self.intake = sender, sender.eio.intake
        self.slot: int | None = None
        self.parts, self.waits, self.over = 0, 0, False
        self.set_out()

    def set_out(self) -> None:
        """The time begins."""
        wheel, limits = self.intake.eio.wheel, self.intake.eio.limits
        wheel.schedule(self, wheel.now() + limits.message_seconds)

    def begin(self, size: int, go_on: Callable[[], None]) -> bool:
        """A part of so many bytes begins. Returns whether there is room for it; else `go_on()` is called once there is.

        Nobody waits for whom something is held already, which would be in the way of others.
        """
        self.parts += 1
        if self in self.intake.held or (not self.intake.waiting and self.intake.fits(size)):
            self.intake.hold(self, size)
            return True
        self.waits += 1
        self.intake.waiting.append((self, size, go_on))
        return False

    def admit(self, size: int) -> None:
        """There is room for a part that waited."""
        self.waits -= 1
        self.intake.hold(self, size)
        self.set_out()

    def end(self) -> bool:
        """A part is over. Returns whether that was the last."""
        self.parts -= 1
        if not self.parts:
            self.drop()
        return self.over

    def drop(self) -> None:
        """Nothing is to come any more."""
        self.over = True
        self.intake.eio.wheel.cancel(self)
        self.intake.forget(self)
        if self.waits:
            self.intake.leave(self)

    def tick(self, now: float) -> None:
        """It took too long: called by the wheel."""
        self.sender.late(self.waits > 0)
