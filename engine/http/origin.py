"""An origin of pages (RFC 6454) in the one form in which two of them are compared."""

import re
from ipaddress import IPv6Address, ip_address

# Of an app that is no browser the host may be anything, or nothing at all: `file://`, `app://.`
ORIGIN = re.compile(r"([a-z][a-z0-9+.-]{0,62})://(\[[0-9a-f:.]*\]|[a-z0-9._~!$&'()+;=%-]{0,253})(?::([0-9]{1,5}))?")
HOST = re.compile(r"[a-z0-9._-]+")
# A WebSocket begins as HTTP, and some clients name the one and some the other.
SCHEMES = {"ws": "http", "wss": "https"}
DEFAULT_PORTS = {"http": 80, "https": 443}


def normal(origin: str) -> str:
    """An origin in its normal form: `wss://App.example.com:443` is `https://app.example.com`.

    Raises ValueError for what is none, `null` and `*` among it.
    """
    found = ORIGIN.fullmatch(origin.lower())
    if found is None:
        raise ValueError(f"{origin} is not an origin such as https://app.example.com")
    scheme, host, port = found.groups()
    scheme = SCHEMES.get(scheme, scheme)
    if is_of_the_web(scheme):
        host, port = _host(host), _port(port, DEFAULT_PORTS[scheme])
    return f"{scheme}://{host}" + (f":{port}" if port else "")


def is_of_the_web(origin: str) -> bool:
    """Whether an origin in normal form, or a scheme, is that of pages which a browser loads from a site."""
    return origin.partition(":")[0] in DEFAULT_PORTS


def _host(host: str) -> str:
    if host.startswith("["):
        return f"[{IPv6Address(host[1:-1])}]"
    if not HOST.fullmatch(host):
        raise ValueError(f"{host or 'nothing'} is not a host such as app.example.com")
    # Browsers take a name that ends in a number for an address (URL, 3.5).
    return str(ip_address(host)) if host.rpartition(".")[2].isdigit() else host


def _port(port: str | None, default: int) -> int | None:
    number = int(port or default)
    if number > 65535:
        raise ValueError("a port is a number up to 65535")
    return None if number == default else number
