"""The forms that the target of a request may have besides a path (RFC 9112, 3.2)."""

import re

from tornado.httputil import HTTPServerRequest, split_host_and_port

ABSOLUTE = re.compile(r"https?://([A-Za-z0-9._~!$&'()*+;=%:\[\]-]+)([/?].*)?", re.IGNORECASE)


def to_origin_form(request: HTTPServerRequest) -> None:
    """Turn `http://host/path` into a path, and its host into that of the request (RFC 9112, 3.2.2)."""
    found = ABSOLUTE.fullmatch(request.uri or "")
    if found is None:
        return
    host, rest = found.groups("")
    request.host = request.headers["Host"] = host
    request.host_name = split_host_and_port(host.lower())[0]
    request.uri = rest if rest.startswith("/") else f"/{rest}"
    request.path, _, request.query = request.uri.partition("?")
