"""Browsers send a cookie along whichever page makes the request, so routes that use one ask which page it was."""

from urllib.parse import SplitResult, urlsplit

from engine.http.errors import ApiError

DEFAULT_PORTS = {"http": 80, "https": 443}
# What browsers say of a request that our own page makes, or the user by typing its address (Fetch Metadata, 2.4).
OWN = {"same-origin", "none"}


def check_same_origin(request, proxies):
    """Lets pass what our own pages send, and what no browser sends. Raises ApiError 403.

    `proxies` is the app's Proxies, which tells the scheme that the client used.
    """
    if not _comes_from_us(request, proxies):
        raise ApiError(403, "A page of another site may not do that")


def _comes_from_us(request, proxies) -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in OWN
    return origin is None or _is_own(origin, request.host, proxies.scheme(request))


def _is_own(origin: str, host: str, scheme: str | None) -> bool:
    """RFC 6454, 5; where nobody tells the scheme, only host and port count."""
    try:
        theirs = urlsplit(origin)
        ours = urlsplit(f"{scheme or theirs.scheme}://{host}")
        return theirs.scheme in DEFAULT_PORTS and theirs.netloc != "" and _origin(theirs) == _origin(ours)
    except ValueError:
        return False


def _origin(url: SplitResult) -> tuple:
    return url.scheme, url.username, url.hostname, url.port or DEFAULT_PORTS[url.scheme]
