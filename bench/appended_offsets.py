"""A client of Node's Socket.IO with its connection state recovery, which appends to each event how far a client is."""

from bench.socketio_client import SocketIOClient
from engine.testing.websocket_client import server_frame

TEXT, LENGTH_16 = 0x81, 126


class RecoveringClient(SocketIOClient):
    """Takes the offset off again, so that the events are those of all other servers."""

    def plain(self, data: bytes) -> bytes:
        taken = []
        while len(data) >= 4:
            start = 4 if data[1] == LENGTH_16 else 2
            end = start + (int.from_bytes(data[2:4], "big") if start == 4 else data[1])
            if len(data) < end:
                break
            taken.append(without_offset(data[:end], start))
            data = data[end:]
        self.rest = data
        return b"".join(taken)


def without_offset(frame: bytes, start: int) -> bytes:
    """A server's frame without the last argument, if it is an event."""
    event, comma, _ = frame[start:].rpartition(b',"')
    is_event = frame[0] == TEXT and event.startswith(b"42[") and comma
    return server_frame(event + b"]") if is_event else frame
