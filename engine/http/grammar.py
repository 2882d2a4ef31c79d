"""The grammar of HTTP (RFC 9110), where we read a header ourselves."""

import re

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A name, or one of a list of them (5.6.2)."""
