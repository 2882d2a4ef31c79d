"""Which pages may connect (RFC 6454): those of our own origin, and those that the settings name."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def is_allowed(origin: str | None, host: str, scheme: str | None, others: list[str]) -> bool:
    """Whether a request from `origin` may connect to us as `host`.

    `scheme` is what a trusted proxy says the client used, None where nobody can tell. No origin is no browser, which
    is allowed; `null` is a page that hides where it comes from, which is not.
    """
    if not origin or origin.lower() in others:
        return origin != ""
    try:
        theirs, ours = urlsplit(origin), urlsplit(f"//{host}")
        port, our_port = theirs.port or DEFAULT_PORTS.get(theirs.scheme), ours.port
    except ValueError:
        return False
    if theirs.scheme not in DEFAULT_PORTS or (scheme and theirs.scheme != scheme) or "@" in theirs.netloc:
        return False
    if not theirs.hostname or theirs.hostname != ours.hostname:
        return False
    return port == (our_port or DEFAULT_PORTS[theirs.scheme])
