"""How this process stands with Redis."""

from enum import Enum


class State(Enum):
    """What is true now; the value is how the log tells it."""

    AWAY = "away"
    """There is no connection, or it is not subscribed yet. What is published reaches this node only."""
    HERE = "here"
    """Connected and subscribed."""
    SILENT = "silent"
    """Connected, but a reply is overdue. What is published reaches this node at once, the others when Redis goes on."""
    CLOSED = "closed"
    """This process has ended it."""
