"""Cookies go along with a request whichever page sends it, so routes that use one ask which page it was."""

from urllib.parse import urlsplit

from handlers.errors import ApiError

OTHER_SITE = "A page of another site may not do that"


def check_same_origin(request, proxies):
    """Raises ApiError 403 for a request of a page that is not ours; who sends neither header is no browser.

    (Fetch Metadata, 2.3: Sec-Fetch-Site; RFC 6454, 7: Origin.)
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        same = site in ("same-origin", "none")
    else:
        parts = urlsplit(origin or "")
        same = origin is None or (parts.netloc == request.host and parts.scheme in ("http", "https"))
    if not same:
        raise ApiError(403, OTHER_SITE)
