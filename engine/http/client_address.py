"""Where a request comes from: the peer, or what proxies that we trust say of theirs."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from tornado.httputil import HTTPHeaders, HTTPServerRequest

from engine.http.forwarded import address_in, hops

Network = IPv4Network | IPv6Network


class Client(NamedTuple):
    """Who sent a request, and by which scheme, where a proxy that we trust tells it."""

    address: str
    scheme: str | None


class Proxies:
    """What the proxies that we trust tell of a request's client; `trusted` are networks such as "10.0.0.0/8"."""

    def __init__(self, trusted: Iterable[str | Network] = ()):
        self.trusted = [ip_network(network) for network in trusted]

    def address(self, request: HTTPServerRequest) -> str:
        """The client's address."""
        return self.client(request.remote_ip or "", request.headers).address

    def scheme(self, request: HTTPServerRequest) -> str | None:
        """`http` or `https` as the client used it; None where no proxy that we trust tells it."""
        return self.client(request.remote_ip or "", request.headers).scheme

    def client(self, peer: str, headers: HTTPHeaders) -> Client:
        """Who stands behind `peer`.

        Each proxy appends its own peer, so what they wrote is read from its end, for as long as we trust the one who
        wrote an entry; what stands before that anybody may have written.
        """
        address, scheme = peer, None
        for hop in reversed(hops(headers)) if self.trusts(peer) else ():
            if not self.trusts(address):
                break
            scheme = hop.scheme if hop.scheme in ("http", "https") else scheme
            told = address_in(hop.client)
            if told is None:
                break
            address = str(told)
        known = address_in(address)
        return Client(str(known) if known else address, scheme)

    def trusts(self, address: str) -> bool:
        """Whether an address is one of theirs."""
        parsed = address_in(address) if self.trusted else None
        return parsed is not None and any(parsed in network for network in self.trusted)
