"""Where Redis is, from a URL such as redis://user:password@redis.example.com:6379/0."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

EXAMPLES = "redis://user:password@redis.example.com:6379/0, rediss:// for TLS, or unix:///run/redis.sock?db=0"
UNTRUSTED = "its certificate is refused, {}; ?ssl_ca_certs=/path in the URL names an authority of your own"
DEFAULT_PORT = 6379


class Address(NamedTuple):
    """A server, who we are to it, and the number of the database; `path` is that of a unix socket."""

    host: str
    port: int
    path: str
    user: str
    password: str
    db: int
    tls: ssl.SSLContext | None

    def __str__(self) -> str:
        """For people to read: without the password."""
        return f"unix://{self.path}" if self.path else f"{'rediss' if self.tls else 'redis'}://{self.host}:{self.port}"

    async def open(self, protocol: Callable[[], asyncio.Protocol]) -> None:
        """Connect a protocol to it. Raises OSError, of which ssl.SSLError is one."""
        loop = asyncio.get_running_loop()
        if self.path:
            await loop.create_unix_connection(protocol, self.path)
            return
        try:
            await loop.create_connection(protocol, self.host, self.port, ssl=self.tls)
        except ssl.SSLCertVerificationError as error:
            raise ConnectionError(UNTRUSTED.format(error.verify_message)) from None


def parse(url: str) -> Address:
    """The address that a URL names. Raises ValueError with a sentence that tells what is wrong, without the URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise ValueError(f"it must look like {EXAMPLES}") from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    _check(parts, options)
    is_path = parts.scheme == "unix"
    number = options.get("db", "0") if is_path or "db" in options else parts.path.strip("/") or "0"
    if not (number.isascii() and number.isdigit()):
        raise ValueError("the database's number must be digits, such as the 0 in redis://redis.example.com:6379/0")
    return Address(
        host=parts.hostname or "localhost",
        port=port,
        path=unquote(parts.path) if is_path else "",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        db=int(number),
        tls=_tls(options) if parts.scheme == "rediss" else None,
    )


def _check(parts: SplitResult, options: Mapping[str, str]) -> None:
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f"it must begin with redis://, rediss:// or unix://, such as {EXAMPLES}")
    if parts.scheme == "unix" and not parts.path.strip("/"):
        raise ValueError("unix:// needs the path of a socket, such as unix:///run/redis.sock")
    if parts.username and parts.password is None:
        raise ValueError("a user needs a password, and a password alone stands behind a colon: redis://:password@host")
    known = {"db", "ssl_ca_certs", "ssl_cert_reqs"} if parts.scheme == "rediss" else {"db"}
    if unknown := options.keys() - known:
        raise ValueError(f"{', '.join(sorted(unknown))} is no option; known are {', '.join(sorted(known))}")


def _tls(options: Mapping[str, str]) -> ssl.SSLContext:
    authorities = options.get("ssl_ca_certs")
    if authorities and not Path(authorities).is_file():
        raise ValueError(f"ssl_ca_certs names no file: {authorities}")
    try:
        context = ssl.create_default_context(cafile=authorities)
    except ssl.SSLError:
        raise ValueError(f"ssl_ca_certs holds no certificates in PEM: {authorities}") from None
    if options.get("ssl_cert_reqs", "required") not in ("required", "none"):
        raise ValueError("ssl_cert_reqs is required or none")
    if options.get("ssl_cert_reqs") == "none":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
