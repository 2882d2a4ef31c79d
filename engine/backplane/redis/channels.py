"""The channels of Redis that nodes publish on, and the keys of what they keep there."""


class Channels:
    """Their names, and those of the keys, begin with a prefix, so that several apps can share one Redis.

    A room has one, whatever the namespace; `everybody` is heard by each node, and each has one for itself.
    """

    def __init__(self, prefix: str) -> None:
        self.everybody = f"{prefix}:all".encode()
        self._rooms, self._nodes = f"{prefix}:room:", f"{prefix}:node:".encode()
        self._recovery = f"{prefix}:recovery:".encode()
        self._name_at = len(self._rooms.encode())
        self.sequence = f"{prefix}:sequence".encode()
        self._logs, self._records, self._away = f"{prefix}:log:", f"{prefix}:pid:", f"{prefix}:away:"

    def room(self, name: str) -> bytes:
        """That of a room. Raises ValueError for a name that is no Unicode."""
        return (self._rooms + name).encode()

    def room_of(self, channel: bytes) -> str:
        """The room whose channel it is. Raises ValueError for a name that is not UTF-8."""
        return channel[self._name_at :].decode()

    def node(self, node: bytes) -> bytes:
        """That of a node."""
        return self._nodes + node.hex().encode()

    def recovery(self, seconds: str) -> bytes:
        """That of all nodes with this RECOVERY_SECONDS, on which nothing is published."""
        return self._recovery + seconds.encode()

    def log(self, room: str) -> bytes:
        """The key of what was sent to a room. Raises ValueError for a name that is no Unicode."""
        return (self._logs + room).encode()

    def record(self, pid: str) -> bytes:
        """The key of who may come back by a pid."""
        return (self._records + pid).encode()

    def away(self, user_id: str) -> bytes:
        """The key of which clients of a user were lost lately. Raises ValueError for an id that is no Unicode."""
        return (self._away + user_id).encode()
