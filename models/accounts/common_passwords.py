"""The passwords that most people choose, and that whoever guesses tries first."""

import importlib.util
from functools import cache
from pathlib import Path

SHORTEST = 8  # no shorter one is taken anyway (fields.py)


def is_common(password: str) -> bool:
    """Whether it is one of the 11,611 commonest of eight characters or more, in whatever case."""
    return password.lower() in _common()


@cache
def _common() -> frozenset[str]:
    """From the list of zxcvbn, without the rest of it, which takes three times the memory."""
    file = Path(importlib.util.find_spec("zxcvbn").origin).with_name("frequency_lists.py")
    spec = importlib.util.spec_from_file_location("frequency_lists", file)
    lists = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lists)
    return frozenset(each for each in lists.FREQUENCY_LISTS["passwords"] if len(each) >= SHORTEST)
