"""What docs/ has nginx and Caddy do between machines: whoever polls stays at their machine, and is known by address."""

import asyncio
import re
import socket
import subprocess
from collections import Counter
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest

import app as application
from engine.testing.client import Client
from engine.testing.processes import bare_environment, eventually
from engine.testing.redis_server import free_port

pytestmark = [pytest.mark.shipped, pytest.mark.may_take(120)]
DOCS = Path(__file__).parent.parent / "docs"
CERTIFICATE = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=app.example.com"
NGINX = """
daemon off; master_process off; pid nginx.pid; error_log error.log; events {{}}
http {{ access_log off; client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d;
scgi_temp_path e; {blocks} }}
"""
CADDY = "{{\n admin off\n auto_https off\n}}\n{blocks}"
ADDRESSES = [f"127.0.0.{number}" for number in range(10, 34)]


def block(page: str, language: str) -> str:
    """The one block of that language on a page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / f"{page}.md").read_text(), re.DOTALL | re.MULTILINE)
    return found


def replaced(text: str, words: dict[str, str]) -> str:
    """The text with these words of it replaced."""
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def settings(usual_settings, tmp_path):
    return usual_settings.model_copy(update={"var_dir": tmp_path, "trusted_proxies": [ip_network("127.0.0.1")]})


@pytest.fixture
def second(http_server, serve_beside, settings, db):
    return serve_beside(lambda: application.make_app(settings, db))


@pytest.fixture
def machines(http_port, second) -> dict[str, str]:
    """Where the two are, by the addresses that they have in docs/."""
    return {"10.0.0.1:8888": f"127.0.0.1:{http_port}", "10.0.0.2:8888": second.url.removeprefix("http://")}


@pytest.fixture
def proxy(request, machines, tmp_path, openssl):
    """The URL of the one that the parameter names, as docs/ has it."""
    port, program = free_port(), request.getfixturevalue(request.param)
    url, command = {"nginx": nginx_of, "caddy": caddy_of}[request.param](program, port, machines, tmp_path, openssl)
    environment = {**bare_environment(), "HOME": str(tmp_path)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as process:
        assert eventually(lambda: listens(port), 30)
        yield url
        process.terminate()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def nginx_of(program: str, port: int, machines: dict[str, str], folder: Path, openssl: str) -> tuple[str, list]:
    """Its URL, and the command that runs it, with TLS as docs/production.md has it."""
    files = {f"/etc/ssl/app.example.com.{kind}": str(folder / f"tls.{kind}") for kind in ("pem", "key")}
    subprocess.run([openssl, *CERTIFICATE.split(), "-out", "tls.pem", "-keyout", "tls.key"], cwd=folder, check=True)
    here = {"listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "http://127.0.0.1:8888": "http://app", **files}
    blocks = replaced(block("many-nodes", "nginx"), machines) + replaced(block("production", "nginx"), here)
    (folder / "nginx.conf").write_text(NGINX.format(blocks=blocks))
    return f"https://127.0.0.1:{port}", [program, "-p", folder, "-c", folder / "nginx.conf"]


def caddy_of(program: str, port: int, machines: dict[str, str], folder: Path, openssl: str) -> tuple[str, list]:
    """Its URL, and the command that runs it, without the certificate that it gets by itself."""
    blocks = replaced(block("many-nodes", "caddyfile"), {**machines, "app.example.com": f"http://127.0.0.1:{port}"})
    (folder / "Caddyfile").write_text(CADDY.format(blocks=blocks))
    return f"http://127.0.0.1:{port}", [program, "run", "--config", folder / "Caddyfile"]


@pytest.fixture
def come(proxy, io_loop):
    """`client = await come("127.0.0.10", anna)` connects from that address, by polling unless told otherwise."""
    clients, sessions = [], []

    async def come(address: str, who, transports=("polling",)) -> Client:
        sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(address, 0), ssl=False)))
        clients.append(Client(proxy))
        engine = clients[-1].socket.eio
        engine.http, engine.external_http, engine.ssl_verify = sessions[-1], True, False
        await clients[-1].open(who.jwt, transports=transports)
        return clients[-1]

    async def leave():
        await asyncio.gather(*(client.close() for client in clients))
        await asyncio.gather(*(session.close() for session in sessions))

    yield come
    io_loop.run_sync(leave)


@pytest.mark.parametrize("proxy", ["nginx", "caddy"], indirect=True)
async def test_whoever_polls_stays_at_their_machine(register, come, app, second):
    anna = await register("anna")

    clients = await asyncio.gather(*(come(address, anna) for address in ADDRESSES))
    for _ in range(5):
        await asyncio.gather(*(client.settled() for client in clients))
    upgraded = await come("127.0.0.9", anna, ("polling", "websocket"))
    await upgraded.settled()

    there = [[socket.ip for socket in node.hub.everybody()] for node in (app.settings["node"], second.node)]
    assert upgraded.socket.transport() == "websocket"
    assert Counter(there[0] + there[1]) == Counter([*ADDRESSES, "127.0.0.9"])
    assert all(there)
