"""What browsers may do with the engine's answers: read them, where CORS lets them, and nothing else."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Vary": "Origin",
}
HTTPS_FROM_NOW_ON = "max-age=31536000"  # RFC 6797, 6.1


def set_security_headers(handler):
    """Set them on an answer of a Tornado handler, from its `set_default_headers`."""
    handler.clear_header("Server")
    for name, value in HEADERS.items():
        handler.set_header(name, value)
    proxies = handler.settings.get("proxies")
    if proxies and proxies.scheme(handler.request) == "https":
        handler.set_header("Strict-Transport-Security", HTTPS_FROM_NOW_ON)
