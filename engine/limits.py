"""Every bound of the engine in one place. Three of them are settings; tests pass their own."""

from dataclasses import dataclass


@dataclass
class Limits:
    """What one client may cost. Sizes are in bytes, times in seconds. A node has one, which all its parts read anew."""

    message_bytes: int = 1_000_000
    """The largest message of a client, the attachments of its packet included."""
    unaccepted_message_bytes: int = 64 * 1024
    """The same of one that no namespace has accepted yet."""
    message_seconds: float = 60.0
    """How long a large message, or a packet with its attachments, may take to come in, or wait for room."""
    unhandled_bytes: int = 64_000_000
    """What may be held of messages that are not handled yet, of all clients together, before large ones wait."""
    backlog_bytes: int = 5_000_000
    """Unsent bytes at which a socket is closed."""
    volatile_bytes: int = 64 * 1024
    """Unsent bytes from which `volatile` events skip a socket."""
    stalled_seconds: float = 10.0
    """How long a socket that is behind may take nothing before it is closed."""
    connect_seconds: float = 10.0
    """How long a transport may live without a CONNECT."""
    refused_seconds: float = 0.5
    """How long a refused transport stays open, so that the refusal can be read."""
    upgrade_seconds: float = 10.0
    """How long an upgrade from polling to WebSocket may take."""
    authenticate_seconds: float = 5.0
    expiry_notice_seconds: float = 60.0
    """How long before its token expires a socket is told."""
    ended_seconds: float = 0.25
    """How often the app is asked which sessions have ended."""
    hook_seconds: float = 30.0
    """How long `connection()` may take."""
    ping_interval_seconds: float = 25.0
    ping_timeout_seconds: float = 20.0
    refusals: int = 3
    """CONNECTs that may be refused on one transport."""
    attachments: int = 10
    depth: int = 100
    """How deep the JSON of a client may nest."""
    rooms: int = 100
    """Rooms of one socket, its user's own not counted."""
    namespaces: int = 10
    events_waiting: int = 32
    """Events of one client that wait for their turn before reading from it pauses."""
    events_asked: int = 1000
    """The same while the server waits for an answer of the client, which comes behind them; and as many packets may
    then be read before it is their time."""
    events_per_second: float = 100.0
    """How many events, and other packets, a second are read of one client on average; twice as many in a burst."""
    recovery_seconds: float = 120.0
    """For how long a client that is gone may come back to what it missed; 0 for not at all."""
    recovery_bytes: int = 64 * 1024 * 1024
    """What is kept of what was sent, for all clients together."""
    replay_events: int = 300
    """How many events are kept of a room, and how many one client may have missed."""
    replay_bytes: int = 1024 * 1024
    """How much one client may have missed, or less, see `missed_bytes`."""
    kept_bytes: int = 64 * 1024
    """Whoever has missed a larger event has to begin anew."""

    @property
    def missed_bytes(self) -> int:
        """How much one client may have missed, so that what it gets of it does not close it as too slow."""
        return min(self.replay_bytes, self.backlog_bytes // 2)
