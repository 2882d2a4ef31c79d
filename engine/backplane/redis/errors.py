"""What can go wrong between this process and Redis."""


class Away(Exception):
    """There is no Redis at the moment; nothing was sent to it."""


class RedisError(Exception):
    """Redis said no: its own words."""
