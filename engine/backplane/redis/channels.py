"""The channels of Redis that nodes publish on."""


class Channels:
    """Their names, which begin with a prefix, so that several apps can share one Redis.

    A room has one, whatever the namespace; `everybody` is heard by each node, and each has one for itself.
    """

    def __init__(self, prefix: str) -> None:
        self.everybody = f"{prefix}:all".encode()
        self._rooms, self._nodes = f"{prefix}:room:", f"{prefix}:node:".encode()
        self._name_at = len(self._rooms.encode())

    def room(self, name: str) -> bytes:
        """That of a room. Raises ValueError for a name that is no Unicode."""
        return (self._rooms + name).encode()

    def room_of(self, channel: bytes) -> str:
        """The room whose channel it is. Raises ValueError for a name that is not UTF-8."""
        return channel[self._name_at :].decode()

    def node(self, node: bytes) -> bytes:
        """That of a node."""
        return self._nodes + node.hex().encode()
