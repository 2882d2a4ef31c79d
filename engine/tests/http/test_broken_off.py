"""Requests that break off: nothing of them stays."""

import asyncio

import pytest


def requests() -> int:
    """How many requests are under way."""
    return sum("_execute" in repr(task) for task in asyncio.all_tasks())


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("header", ["Content-Length: 100", "Transfer-Encoding: chunked"])
async def test_a_body_that_breaks_off_leaves_no_request_behind(http_server, http_port, header, caplog):
    _, writer = await asyncio.open_connection("127.0.0.1", http_port)
    writer.write(f"POST /seats HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode())
    await until(requests)
    writer.close()
    await until(lambda: not requests())
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
