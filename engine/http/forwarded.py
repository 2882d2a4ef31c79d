"""What proxies write of the requests that they pass on: X-Forwarded-For, or Forwarded (RFC 7239)."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from tornado.httputil import HTTPHeaders

# `192.0.2.1:4711`, `[2001:db8::1]` and `[2001:db8::1]:4711` (RFC 7239, 6); a bare IPv6 address has no port.
WITH_PORT = re.compile(r"\[([^]]*)\](?::[\w.-]+)?|([^:\[\]]+):[\w.-]+")


class Hop(NamedTuple):
    """What a proxy says of the one whose request it passed on."""

    client: str
    scheme: str = ""


def hops(headers: HTTPHeaders) -> list[Hop]:
    """The proxies' entries; each has appended its own. Forwarded counts where there is no X-Forwarded header."""
    if "X-Forwarded-For" in headers or "X-Forwarded-Proto" in headers:
        scheme = headers.get("X-Forwarded-Proto", "").strip().lower()
        return [Hop(entry, scheme) for entry in headers.get("X-Forwarded-For", "").split(",")]
    # Quotes are not heeded where it is split: one that a client leaves open must not hide what comes after it.
    return [_hop(element) for element in headers.get("Forwarded", "").split(",")]


def _hop(element: str) -> Hop:
    pairs = (pair.partition("=") for pair in element.split(";"))
    told = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    return Hop(told.get("for", ""), told.get("proto", "").lower())


def address_in(entry: str) -> IPv4Address | IPv6Address | None:
    """The address in an entry, which may stand in quotes and brackets, with a port; None if it names no address."""
    text = entry.strip().strip('"')
    if found := WITH_PORT.fullmatch(text):
        text = found[1] or found[2] or ""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
