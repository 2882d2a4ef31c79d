"""The passwords that most people choose, and that whoever guesses tries first."""

from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.metadata import distribution
from types import ModuleType

SHORTEST = 8  # no shorter one is taken anyway (fields.py)


def is_common(password: str) -> bool:
    """Whether it is one of the 11,611 commonest of eight characters or more, in whatever case."""
    return password.lower() in _common()


@cache
def _common() -> frozenset[str]:
    """From the list of zxcvbn, without the rest of it, which takes three times the memory."""
    file = distribution("zxcvbn").locate_file("zxcvbn/frequency_lists.py")
    loader = SourceFileLoader("frequency_lists", str(file))
    lists = ModuleType(loader.name)
    loader.exec_module(lists)
    return frozenset(each for each in lists.FREQUENCY_LISTS["passwords"] if len(each) >= SHORTEST)
