"""What is counted, for whoever watches."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Since the process began."""

    published: int = 0
    received: int = 0
    """From other nodes."""
    lost: int = 0
    """Published while Redis was away, or not confirmed by it: perhaps no other node has heard of it."""
    dropped: int = 0
    """What came on our channels and was no message of ours."""
    early: int = 0
    """What reached this node's sockets before Redis had put it in order, because that took too long."""
