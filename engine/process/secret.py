"""The secret that signs tokens."""

import secrets
from pathlib import Path

SHORTEST_SECRET_BYTES = 32  # RFC 7518, 3.2: an HS256 key has the size of the hash or more.
MAKE_ONE = 'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'


def checked(secret: str) -> str:
    """Return a secret that is long enough, or none at all. Raises ValueError."""
    if secret and len(secret.encode()) < SHORTEST_SECRET_BYTES:
        raise ValueError(f"it must have {SHORTEST_SECRET_BYTES} bytes or more; {MAKE_ONE}")
    return secret


def kept(file: Path) -> str:
    """A random secret, made once and kept in a file, so that a restart logs nobody out. Raises OSError."""
    if file.exists() and len(file.read_bytes()) >= SHORTEST_SECRET_BYTES:
        return file.read_text()
    secret = secrets.token_urlsafe(48)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(secret)
    return secret
