"""The page's files, and what the page may load (Content Security Policy, level 3). Yours, as the page is."""

from pathlib import Path

from engine.http.files import FileHandler

WEB = {"path": Path(__file__).parent.parent / "web", "default_filename": "index.html"}


class PageHandler(FileHandler):
    # A script, font or image of another site gets its place here; connect-src 'self' covers sockets.
    content_security_policy = "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",  # Its scripts send the forms; a browser alone would put passwords into the URL.
            "frame-ancestors 'none'",
        ]
    )
