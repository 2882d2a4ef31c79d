"""TLS on the way to Redis, with a certificate authority of one's own."""

import logging
import subprocess

import pytest

from engine.backplane.redis.address import Address
from engine.backplane.redis.commands import pack
from engine.backplane.redis.connection import Call
from engine.backplane.redis.state import State
from engine.http.rate_limits import RateLimits
from engine.testing.redis_server import free_port

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


@pytest.fixture
def certificate(openssl, tmp_path):
    """`certificate("mine")` makes a certificate for localhost that vouches for itself; returns the path before .pem."""

    def certificate(name: str) -> str:
        path = str(tmp_path / name)
        who = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
        files = ["-keyout", f"{path}.key", "-out", f"{path}.pem"]
        subprocess.run([openssl, "req", "-x509", *CURVE, *who, *files], check=True, capture_output=True)
        return path

    return certificate


@pytest.fixture
def secure(open_redis, certificate):
    """A Redis that takes TLS on a port, and its URL without options."""
    path, port = certificate("redis"), free_port()
    files = ["--tls-cert-file", f"{path}.pem", "--tls-key-file", f"{path}.key"]
    open_redis("--tls-port", str(port), "--tls-auth-clients", "no", *files)
    return f"rediss://localhost:{port}"


@pytest.fixture
def attempts(monkeypatch):
    """One entry for each time that somebody has tried to connect."""
    attempts, attempt = [], Address.open

    async def noted(self, protocol):
        attempts.append(self)
        await attempt(self, protocol)

    monkeypatch.setattr(Address, "open", noted)
    return attempts


async def test_events_travel_encrypted(secure, open_link, listen, until, tmp_path):
    link = await open_link(f"{secure}?ssl_ca_certs={tmp_path}/redis.pem")
    await listen(link, b"tea")

    for number in range(1000):
        link.send(pack("PUBLISH", "tea", b"%d" % number * 1000), Call())
    await until(lambda: len(link.heard) == 1000)

    assert [message for _, message in link.heard] == [b"%d" % number * 1000 for number in range(1000)]


async def test_a_certificate_of_somebody_else_is_refused_with_one_sentence(
    secure, open_link, certificate, until, told, attempts
):
    link = await open_link(f"{secure}?ssl_ca_certs={certificate('other')}.pem")

    await until(lambda: len(attempts) > 2)

    assert link.state is State.AWAY
    (line,) = told(logging.WARNING)
    assert "its certificate is refused, self-signed certificate; ?ssl_ca_certs=" in line


async def test_without_the_check_any_certificate_will_do(secure, open_link):
    assert (await open_link(f"{secure}?ssl_cert_reqs=none")).state is State.HERE


@pytest.mark.parametrize("options", ["ssl_ca_certs={}/redis.pem", "ssl_cert_reqs=none"])
async def test_limits_are_counted_there_too(secure, tmp_path, caplog, options, patient):
    url = f"{secure}?{options.format(tmp_path)}"
    two = [RateLimits({"login": "2 per 5 minutes"}, redis_url=url, redis_prefix="app") for _ in range(2)]

    await two[0].spend("login", "ann")
    await two[1].give_back("login", "ann")

    assert caplog.records == []
