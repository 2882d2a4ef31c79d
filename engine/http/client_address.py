"""Where a request comes from: the peer, or what proxies that we trust say of theirs."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from tornado.httputil import HTTPServerRequest

Network = IPv4Network | IPv6Network


class Proxies:
    """What the proxies that we trust tell of a request's client; `trusted` are networks such as "10.0.0.0/8"."""

    def __init__(self, trusted: Iterable[str | Network] = ()):
        self.trusted = [ip_network(network) for network in trusted]

    def address(self, request: HTTPServerRequest) -> str:
        """The client's address."""
        return self.client(request.remote_ip or "", request.headers.get("X-Forwarded-For", ""))

    def client(self, peer: str, forwarded_for: str) -> str:
        """The address of the client behind `peer`.

        Each proxy appends its own peer to X-Forwarded-For, so the header is read from its end, for as long as we trust
        the one who wrote an entry; what stands before that anybody may have written.
        """
        client = peer
        hops = forwarded_for.split(",") if forwarded_for else []
        while hops and self.trusts(client) and _address(hops[-1]):
            client = str(_address(hops.pop()))
        address = _address(client)
        return str(address) if address else client

    def scheme(self, request: HTTPServerRequest) -> str | None:
        """`http` or `https` as the client used it; None where no proxy that we trust tells it."""
        told = request.headers.get("X-Forwarded-Proto", "").strip().lower()
        return told if told in ("http", "https") and self.trusts(request.remote_ip or "") else None

    def trusts(self, address: str) -> bool:
        """Whether an address is one of theirs."""
        parsed = _address(address)
        return parsed is not None and any(parsed in network for network in self.trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
