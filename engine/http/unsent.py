"""What the kernel still holds of what was sent."""

import array
import fcntl
import termios
from contextlib import suppress
from socket import socket


def unsent_bytes(connection: socket) -> int:
    """How many bytes the peer has not acknowledged (SIOCOUTQ of tcp(7), by its other name); 0 where nobody can tell.

    It is finer than what the kernel takes: its buffer may hold megabytes, and takes more only in large steps.
    """
    unsent = array.array("i", [0])
    with suppress(OSError):
        fcntl.ioctl(connection, termios.TIOCOUTQ, unsent)
    return unsent[0]
