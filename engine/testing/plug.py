"""What runs in a machine of `network.py`: `plug.py ADDRESS` puts a network device there and hands it out.

Then it gives a socket of the machine for each byte that it reads, and the machine lasts as long as it is asked.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DEVICE = "cable"


def ip(*arguments: str):
    subprocess.run(["ip", *arguments], check=True)


def plugged_in(address: str) -> int:
    """A device whose IP packets whoever holds the descriptor reads and writes."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    ip("address", "add", f"{address}/24", "dev", DEVICE)
    ip("link", "set", DEVICE, "up")
    ip("link", "set", "lo", "up")
    return device


def main(address: str):
    with socket.socket(fileno=sys.stdin.fileno()) as test:
        socket.send_fds(test, [b"device"], [plugged_in(address)])
        while test.recv(1):
            with socket.socket() as made_here:
                socket.send_fds(test, [b"socket"], [made_here.fileno()])


if __name__ == "__main__":
    main(sys.argv[1])
