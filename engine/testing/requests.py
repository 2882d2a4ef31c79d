"""Requests that no well-behaved client makes, and what the answers must look like."""

import asyncio
import json

import pytest

from engine.http import limited_body


@pytest.fixture(autouse=True)
def short_linger(monkeypatch):
    """On one machine a refused client has its answer at once."""
    monkeypatch.setattr(limited_body, "LINGER_SECONDS", 0.1)


@pytest.fixture
def fetch(http_client, base_url):
    """`await fetch("POST", "/rooms", b"{", token=…)` sends any bytes and headers, and returns Tornado's response."""

    async def fetch(method: str, path: str, body: bytes | None = None, token: str = "", **headers: str):
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return await http_client.fetch(
            base_url + path,
            method=method,
            body=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            allow_nonstandard_methods=True,
            raise_error=False,
        )

    return fetch


@pytest.fixture
def dial(http_server, http_port):
    """`reader, writer = await dial()` opens a bare connection to the server."""

    async def dial():
        return await asyncio.open_connection("127.0.0.1", http_port)

    return dial


@pytest.fixture
def error_of():
    """`error_of(response)` is what stands in an answer's envelope, which must be exactly one."""

    def error_of(response) -> dict:
        envelope = json.loads(response.body)
        assert envelope.keys() == {"data", "error"}
        assert envelope["data"] is None
        assert envelope["error"].keys() == {"status", "name", "message", "details"}
        assert envelope["error"]["status"] == response.code
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        return envelope["error"]

    return error_of
