"""Processes that serve one port of this machine, and which of them has a link."""

from pathlib import Path
from string import ascii_letters, digits

ALPHABET = ascii_letters + digits + "-_"
MOST = len(ALPHABET) ** 2
"""How many processes two characters of an id can tell apart."""


class Siblings:
    """They take connections from each other at unix sockets in `folder`; this one is the process of that number.

    An id that a process makes begins with its number, so that whichever gets a request for a link knows who has it.
    """

    def __init__(self, number: int, folder: Path):
        self.number, self.folder = number, folder
        high, low = divmod(number, len(ALPHABET))
        self.name = ALPHABET[high] + ALPHABET[low]

    def path(self, number: int) -> Path:
        """Where a process takes connections."""
        return self.folder / str(number)

    def other(self, link_id: str | None) -> Path | None:
        """Where that process takes connections which has made an id, None if it is this one, or there is no such."""
        name = (link_id or "")[:2]
        if len(name) < 2 or name == self.name or not set(name) <= set(ALPHABET):
            return None
        return self.path(ALPHABET.index(name[0]) * len(ALPHABET) + ALPHABET.index(name[1]))
