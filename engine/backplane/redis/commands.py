"""Commands as Redis reads them (its protocol, RESP: an array of bulk strings)."""


def pack(*parts: bytes | str | int) -> bytes:
    """One command with its arguments."""
    packed = [b"*%d\r\n" % len(parts)]
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        packed.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(packed)


def publish(channel: bytes, message: bytes) -> bytes:
    """PUBLISH: the one command that there are many of."""
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(channel), channel, len(message), message)
