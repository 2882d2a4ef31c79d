"""How far polling is."""

from engine.transport.state import State


class PollingState(State):
    """Whether a client may come to fetch."""

    OPEN = "CLOSING", "CLOSED"
    CLOSING = "CLOSED"
    """The link has ended; its last packets wait to be fetched."""
    CLOSED = ()
    """They have been, or nobody came for them, or a WebSocket carries the link now."""
