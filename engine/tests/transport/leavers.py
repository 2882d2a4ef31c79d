"""Many clients that connect, and all go at once when this process ends: `python -m … PORT COUNT`."""

import socket
import sys

from wsproto.frame_protocol import FrameProtocol

from engine.tests.transport.raw import UPGRADE

FEW = 50
HEAD = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())


def connect(port: int, number: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    request = f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{HEAD}\r\n"
    frames = FrameProtocol(client=True, extensions=[])
    client.sendall(request.encode() + frames.send_data(f'40{{"token":"user{number}"}}'))
    return client


if __name__ == "__main__":
    port, count = map(int, sys.argv[1:])
    clients = []
    # A few at a time, or they overflow the queue of connections that wait to be accepted.
    while len(clients) < count:
        few = [connect(port, len(clients) + number) for number in range(min(FEW, count - len(clients)))]
        for client in few:
            client.recv(1)
        clients += few
    how = sys.stdin.read()
    if how == "politely":
        # What is left to read when a process ends makes its kernel send a RST instead of a FIN.
        for client in clients:
            client.setblocking(False)
            client.recv(65536)
