"""Which pages may call us: those of our own origin, and those that the settings list."""

import logging
from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache

from tornado.httputil import HTTPServerRequest

from engine.http.client_address import Proxies
from engine.http.errors import ApiError
from engine.http.origin import is_of_the_web, normal

# What browsers say of a request that our own page makes, or the user by typing its address (Fetch Metadata, 2.4).
OWN_SITES = {"same-origin", "none"}
ORIGINS_TOLD = 100
log = logging.getLogger("app")


class Page(Enum):
    """Where a request was made."""

    NONE = auto()
    """In no browser, which would name the origin."""
    OWN = auto()
    LISTED = auto()
    APP = auto()
    """In an app's web view, or another program that names an origin which no web page can have."""
    OTHER = auto()
    """In a page of another site, or in one that hides where it comes from."""


class Origins:
    """Our own origin, and those that are `listed`. `proxies` tell the scheme that a client used to reach us.

    In `development` the log says which line of `.env` lets in a page that was refused.
    """

    def __init__(self, listed: Iterable[str] = (), proxies: Proxies | None = None, development: bool = False):
        self.listed = dict.fromkeys(map(normal, listed))
        self.proxies, self.development = proxies or Proxies(), development
        # Once, and not for each request of the page.
        self._tell = lru_cache(ORIGINS_TOLD)(self._tell_of)

    def page(self, request: HTTPServerRequest) -> Page:
        """Where a request was made."""
        origin = request.headers.get("Origin")
        if origin is None:
            return Page.NONE
        try:
            return self._page(normal(origin), request)
        except ValueError:
            return Page.APP if origin == "*" else Page.OTHER

    def _page(self, theirs: str, request: HTTPServerRequest) -> Page:
        if theirs in self.listed:
            return Page.LISTED
        if not is_of_the_web(theirs):
            return Page.APP
        return Page.OWN if self._is_own(theirs, request) else Page.OTHER

    def _is_own(self, theirs: str, request: HTTPServerRequest) -> bool:
        """Whether the page is ours (RFC 6454, 5). Where nobody tells the scheme, only host and port count."""
        scheme = self.proxies.scheme(request) or theirs.partition(":")[0]
        return is_of_the_web(theirs) and normal(f"{scheme}://{request.host}") == theirs

    def check_own(self, request: HTTPServerRequest) -> None:
        """Raise ApiError 403 for a page of another origin, to which the browser sends our cookie along."""
        if not self._is_sent_by_us(request):
            raise ApiError(403, "A page of another site may not do that")

    def _is_sent_by_us(self, request: HTTPServerRequest) -> bool:
        if "Sec-Fetch-Site" in request.headers:
            return request.headers["Sec-Fetch-Site"] in OWN_SITES
        if "Origin" not in request.headers:
            return True
        try:
            return self._is_own(normal(request.headers["Origin"]), request)
        except ValueError:
            return False

    def tell_refused(self, request: HTTPServerRequest) -> None:
        """Write into the log which page was not let in, and what would let it in."""
        self._tell(request.headers["Origin"])

    def _tell_of(self, origin: str) -> None:
        try:
            theirs = normal(origin)
        except ValueError:
            log.warning("Refused a page without an origin of its own, such as a file that was opened in a browser")
            return
        if self.development:
            line = ",".join([*self.listed, theirs])
            log.warning("Refused a page of %s. To let it in, put into .env: CORS_ORIGINS=%s", theirs, line)
        else:
            log.warning("Refused a page of %s, which CORS_ORIGINS does not list", theirs)
