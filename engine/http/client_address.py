"""Where a request comes from: the peer, or what proxies that we trust say of theirs."""

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


def client_address(peer: str, forwarded_for: str, trusted: Iterable[str]) -> str:
    """The address of the client behind `peer`; `trusted` are networks such as "10.0.0.0/8".

    Each proxy appends its own peer to X-Forwarded-For, so the header is read from its end, for as long as the one
    who wrote an entry is in `trusted`; what stands before that anybody may have written.
    """
    client = peer
    hops = forwarded_for.split(",") if forwarded_for else []
    while hops and _trusts(trusted, client) and _address(hops[-1]):
        client = str(_address(hops.pop()))
    address = _address(client)
    return str(address) if address else client


def _trusts(trusted, client: str) -> bool:
    address = _address(client)
    return address is not None and any(address in _network(network) for network in trusted)


_network = cache(ip_network)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


class Proxies:
    """What the proxies that we trust tell of a request's client."""

    def __init__(self, trusted: Iterable[str] = ()):
        self.trusted = trusted

    def address(self, request) -> str:
        """The client's address."""
        return client_address(request.remote_ip, request.headers.get("X-Forwarded-For", ""), self.trusted)

    def scheme(self, request) -> str | None:
        """`http` or `https` as the client used it; None where no proxy that we trust tells it."""
        told = request.headers.get("X-Forwarded-Proto", "").strip().lower()
        return told if told in ("http", "https") and _trusts(self.trusted, request.remote_ip) else None
