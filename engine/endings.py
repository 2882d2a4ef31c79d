"""Every way in which a connection can end, in one table."""

from enum import Enum, Flag, auto

from engine.wire.frames import PROTOCOL_BROKEN, TOO_BIG

NORMAL, GOING_AWAY, POLICY, RESTART, TRY_AGAIN = 1000, 1001, 1008, 1012, 1013
"""Status codes that a WebSocket is closed with (RFC 6455, 7.4.1, and the registry of 11.7); polling tells none."""


class Traits(Flag):
    """What tells endings apart."""

    TOLD = auto()
    """The client hears why, by the event `closing`."""
    FOR_GOOD = auto()
    """One socket ends, and by a DISCONNECT packet, after which the stock client stays away. Any other ending is one of
    the link with all its sockets, after which the stock client connects again by itself."""
    RECOVERABLE = auto()
    """Who comes back may go on where it was."""
    AT_ONCE = auto()
    """Nothing more is delivered, not even what was sent before."""


TOLD, FOR_GOOD, RECOVERABLE, AT_ONCE = Traits
NONE = Traits(0)


class Ending(Enum):
    """A code, a sentence for the user, its traits, the status of the WebSocket, and the reason for `disconnect`.

    The reason is what handlers of `disconnect` get; where Engine.IO or python-socketio have one, it is theirs. The
    status of one for good is that of a link that has no other socket, and whose client does not close it by itself.
    """

    KICKED = "kicked", "Disconnected by the server.", TOLD | FOR_GOOD, POLICY, "kicked"
    REVOKED = "revoked", "This session has ended; log in again.", TOLD | FOR_GOOD, POLICY, "revoked"
    EXPIRED = (
        "expired",
        "The token of this connection has expired; connect again with a new one.",
        TOLD | FOR_GOOD | RECOVERABLE,
        POLICY,
        "expired",
    )
    LEFT = "left", "The client has left.", FOR_GOOD, POLICY, "client disconnect"

    DRAIN = (
        "drain",
        "The server restarts; this client connects again by itself.",
        TOLD | RECOVERABLE,
        RESTART,
        "drain",
    )
    SLOW = (
        "slow",
        "This client did not take what it was sent; it may connect again.",
        TOLD | RECOVERABLE,
        POLICY,
        "slow",
    )
    TOO_LARGE = (
        "too_large",
        "This client sent a message that is too large; it connects again by itself.",
        TOLD | RECOVERABLE,
        TOO_BIG,
        "too_large",
    )
    BUSY = (
        "busy",
        "The server has too much to take in at the moment; this client connects again by itself.",
        TOLD | RECOVERABLE,
        TRY_AGAIN,
        "busy",
    )
    HOOK_FAILED = (
        "hook_failed",
        "The server could not set this connection up; it may connect again.",
        TOLD,
        POLICY,
        "hook_failed",
    )
    RESYNC = (
        "resync",
        "Some events may not have arrived; this client connects again by itself.",
        TOLD | RECOVERABLE,
        POLICY,
        "resync",
    )
    ROLE = "role", "What you may do has changed; this client connects again by itself.", TOLD, POLICY, "role"
    UNAVAILABLE = (
        "unavailable",
        "The server could not check this connection; it may connect again.",
        TOLD | RECOVERABLE,
        TRY_AGAIN,
        "unavailable",
    )
    SHUT = "shut", "The server closed this connection; it may connect again.", TOLD, NORMAL, "server disconnect"
    UNUSED = "unused", "No CONNECT was accepted in time.", NONE, POLICY, "no connect"

    NETWORK = "network", "The client is gone.", RECOVERABLE | AT_ONCE, NORMAL, "transport close"
    PING = "ping", "No pong came in time.", RECOVERABLE | AT_ONCE, POLICY, "ping timeout"
    PROTOCOL = "protocol", "This client broke the protocol.", AT_ONCE, POLICY, "parse error"
    FRAMES = "frames", "This client sent what is no WebSocket frame.", AT_ONCE, PROTOCOL_BROKEN, "transport error"

    def __init__(self, code: str, sentence: str, traits: Traits, status: int, reason: str):
        self.code, self.sentence, self.traits, self.status, self.reason = code, sentence, traits, status, reason

    def is_(self, traits: Traits) -> bool:
        """Whether it has all of these traits."""
        return traits in self.traits

    def closing(self, message: str) -> dict[str, str]:
        """What the event `closing` says: the code, and a sentence, which is the ending's own for ""."""
        return {"code": self.code, "message": message or self.sentence}

    def close_frame(self, message: str = "") -> tuple[int, str]:
        """The status and the text that a WebSocket is closed with."""
        if self.status == NORMAL:
            return NORMAL, ""
        return self.status, self.code if self.is_(TOLD) else message or self.sentence


class ProbeEnding(Enum):
    """Why a WebSocket is closed that was to carry a link and does not: a sentence and the status. Nothing else ends."""

    NOT_A_PROBE = "not an upgrade probe", POLICY
    TOO_LONG = "The upgrade took too long.", POLICY
    TOO_SLOW = "slow", POLICY
    LINK_ENDED = "The session has ended.", GOING_AWAY
    SURPLUS = "This session has a WebSocket already.", POLICY

    def __init__(self, sentence: str, status: int):
        self.sentence, self.status = sentence, status

    def close_frame(self) -> tuple[int, str]:
        """The status and the text that the WebSocket is closed with."""
        return self.status, self.sentence
