"""The floor: what Python needs to move the same bytes when nothing is left out but the framework.

A bare loop on raw sockets, one `send()` a delivery, no tokens and no rules: `python -m bench.peers.floor PORT`.
"""

import base64
import json
import select
import socket
import sys
from collections import defaultdict

from bench.socketio_client import answer, event
from engine.testing.websocket_client import ACCEPT, server_frame

RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: " + ACCEPT + b"\r\n\r\n"
)
OPEN = b'0{"sid":"x","upgrades":[],"pingInterval":600000,"pingTimeout":20000,"maxPayload":65536}'

rooms = defaultdict(dict)


class Client:
    def __init__(self, bare: socket.socket):
        self.bare, self.send, self.buffer = bare, bare.send, b""
        self.upgraded = False

    def readable(self) -> bool:
        try:
            data = self.bare.recv(65536)
        except ConnectionResetError:
            return False
        self.buffer += data
        if self.upgraded:
            for payload in self.payloads():
                self.packet(payload)
        elif b"\r\n\r\n" in self.buffer:
            self.upgraded, self.buffer = True, b""
            self.send(RESPONSE + server_frame(OPEN))
        return bool(data)

    def payloads(self):
        while len(self.buffer) >= 6:
            size, start = self.buffer[1] & 127, 2
            if size == 126:
                size, start = int.from_bytes(self.buffer[2:4], "big"), 4
            end = start + 4 + size
            if len(self.buffer) < end:
                return
            key = self.buffer[start : start + 4] * (size // 4 + 1)
            masked = int.from_bytes(self.buffer[start + 4 : end], "big") ^ int.from_bytes(key[:size], "big")
            self.buffer = self.buffer[end:]
            yield masked.to_bytes(size, "big")

    def packet(self, payload: bytes):
        if payload.startswith(b"40"):
            claims = json.loads(payload[2:])["token"].split(".")[1]
            rooms[f"user::{user_id(claims)}"][self.bare] = self.send
            self.send(server_frame(b'40{"sid":"x"}') + server_frame(event("welcome_event", "Hello you")))
            return
        start = payload.index(b"[")
        name, argument = json.loads(payload[start:])
        if name == "fan":
            fan(**argument)
        elif name == "say":
            for send in rooms["user::" + argument["to"]].values():
                send(server_frame(event("said", argument["text"])))
        else:
            if name == "join":
                rooms[argument][self.bare] = self.send
            elif name == "form":
                argument = argument["text"]
            self.send(server_frame(answer(int(payload[2:start]), argument)))


def user_id(claims: str) -> str:
    return json.loads(base64.urlsafe_b64decode(claims + "=="))["id"]


def fan(room: str, size: int, first: int, count: int):
    for number in range(first, first + count):
        frame = server_frame(event("news", f"{number:08d}".ljust(size, "x")))
        for send in rooms[room].values():
            send(frame)


def main():
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512)
    poll, clients = select.epoll(), {}
    poll.register(listener, select.EPOLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                bare, _ = listener.accept()
                bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients[bare.fileno()] = Client(bare)
                poll.register(bare, select.EPOLLIN)
            elif not clients[descriptor].readable():
                clients.pop(descriptor).bare.close()


if __name__ == "__main__":
    main()
