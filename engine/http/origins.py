"""Which pages may call us (RFC 6454): those of our own origin, and those that the settings list."""

import re
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address

from tornado.httputil import HTTPServerRequest

from engine.http.client_address import Proxies
from engine.http.errors import ApiError

ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([a-z0-9._-]*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
# A WebSocket begins as HTTP, and some clients name the one and some the other.
SCHEMES = {"ws": "http", "wss": "https"}
DEFAULT_PORTS = {"http": 80, "https": 443}
# What browsers say of a request that our own page makes, or the user by typing its address (Fetch Metadata, 2.4).
OWN_SITES = {"same-origin", "none"}


def normal(origin: str) -> str:
    """An origin as two of them are compared: `wss://App.example.com:443` is `https://app.example.com`.

    Raises ValueError for what is none, `null` and `*` among it.
    """
    found = ORIGIN.fullmatch(origin.lower())
    if found is None:
        raise ValueError(f"{origin} is not an origin such as https://app.example.com")
    scheme, host, port = found.groups()
    scheme = SCHEMES.get(scheme, scheme)
    if scheme in DEFAULT_PORTS:
        host, port = _normal_host(host), _normal_port(port, DEFAULT_PORTS[scheme])
    return f"{scheme}://{host}" + (f":{port}" if port else "")


def _normal_host(host: str) -> str:
    if not host:
        raise ValueError("an origin has a host")
    if host.startswith("["):
        return f"[{IPv6Address(host[1:-1])}]"
    # Browsers take a name that ends in a number for an address (URL, 3.5).
    return str(ip_address(host)) if host.rpartition(".")[2].isdigit() else host


def _normal_port(port: str | None, default: int) -> int | None:
    number = int(port or default)
    if number > 65535:
        raise ValueError("a port is a number up to 65535")
    return None if number == default else number


class Origins:
    """Our own origin, and those that are `listed`. `proxies` tell the scheme that a client used to reach us."""

    def __init__(self, listed: Iterable[str] = (), proxies: Proxies | None = None):
        self.listed = frozenset(map(normal, listed))
        self.proxies = proxies or Proxies()

    def is_listed(self, request: HTTPServerRequest) -> bool:
        """Whether the settings list the page that sends a request."""
        return _origin_of(request) in self.listed

    def is_own(self, request: HTTPServerRequest) -> bool:
        """Whether the page is ours (RFC 6454, 5). Where nobody tells the scheme, only host and port count."""
        theirs = _origin_of(request)
        scheme = theirs.partition(":")[0]
        try:
            ours = normal(f"{self.proxies.scheme(request) or scheme}://{request.host}")
        except ValueError:
            return False
        return scheme in DEFAULT_PORTS and theirs == ours

    def may_connect(self, request: HTTPServerRequest) -> bool:
        """Whether a request comes from such a page, or from no browser, which names no origin."""
        return "Origin" not in request.headers or self.is_listed(request) or self.is_own(request)

    def check_own(self, request: HTTPServerRequest) -> None:
        """Raise ApiError 403 for a page of another origin, to which the browser sends our cookie along."""
        if not self._is_sent_by_us(request):
            raise ApiError(403, "A page of another site may not do that")

    def _is_sent_by_us(self, request: HTTPServerRequest) -> bool:
        if "Sec-Fetch-Site" in request.headers:
            return request.headers["Sec-Fetch-Site"] in OWN_SITES
        return "Origin" not in request.headers or self.is_own(request)


def _origin_of(request: HTTPServerRequest) -> str:
    """The page's origin in normal form; of a page that hides it, or of one that is none, nothing."""
    try:
        return normal(request.headers.get("Origin", ""))
    except ValueError:
        return ""
