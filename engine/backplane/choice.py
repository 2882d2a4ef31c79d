"""Which backplane an app has: that of its settings."""

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.backplane.interface import Backplane, Here
from engine.backplane.memory import Memory
from engine.backplane.redis.address import parse
from engine.backplane.redis.backplane import RedisBackplane


def backplane(redis_url: str, prefix: str, user_type: Any) -> Callable[[Here], Backplane]:
    """What `io.attach` makes a node hear of others by: Redis where there is a URL. Raises ValueError for a wrong one.

    `user_type` is what users are, a dataclass or a pydantic model: nodes tell each other who is connected.
    """
    if not redis_url:
        return Memory
    return partial(RedisBackplane, address=parse(redis_url), prefix=prefix, user_type=user_type)
