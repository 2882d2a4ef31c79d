"""Answers read byte by byte."""

import json
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What came; names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def answer(reader) -> Answer:
    """The next answer of a connection."""
    status = int((await reader.readline()).split()[1])
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    return Answer(status, headers, await reader.readexactly(int(headers.get("content-length", 0))))


async def send_without_end(writer, data: bytes) -> int:
    """Sends until the connection ends. Returns the number of bytes."""
    sent = 0
    try:
        while not writer.is_closing():
            writer.write(data)
            await writer.drain()
            sent += len(data)
    except ConnectionError:
        pass
    return sent
