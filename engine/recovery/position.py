"""How far a client is in what is sent: it keeps the latest position that it was told, and says it on coming back."""

from typing import NamedTuple

LONGEST = 64
"""How many characters a position may have; what a client says may be anything."""


class Position(NamedTuple):
    """What was sent up to `number` is known. Numbers belong to an epoch, in which none is given twice."""

    epoch: str
    number: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.number}"

    @classmethod
    def parse(cls, text: object) -> "Position | None":
        """The position that a text names, None if it is no text, or none of a position."""
        if not isinstance(text, str) or len(text) > LONGEST:
            return None
        epoch, _, number = text.rpartition(".")
        return cls(epoch, int(number)) if epoch and number.isascii() and number.isdecimal() else None
