"""docs/security.md tells of every code that a client may get."""

import re
from pathlib import Path

import pytest

from models.accounts.errors import Unauthenticated

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
ENGINE = "\n".join(file.read_text() for file in (ROOT / "engine").rglob("*.py") if "tests" not in file.parts)


def rows() -> set[str]:
    """The codes in the first column of the tables."""
    return {
        code
        for line in PAGE.splitlines()
        if line.startswith("| `")
        for code in re.findall(r"`(\w+)`", line.split("|")[1])
    }


@pytest.mark.shipped
def test_every_closing_code_has_a_row():
    codes = set(re.findall(r'(?:socket\.close|self\.close|close_sockets|end_for_now)\([^"\n]*"([a-z_]+)"', ENGINE))
    assert {"revoked", "expired", "kicked", "flood", "drain", "slow", "hook_failed"} <= codes
    assert codes - rows() == set()


@pytest.mark.shipped
def test_every_code_of_a_refusal_has_a_row():
    codes = {kind.code for kind in Unauthenticated.__subclasses__()} | set(re.findall(r'Refused\("(\w+)"', ENGINE))
    assert {"token_missing", "token_invalid", "session_ended"} <= codes
    assert codes - rows() == set()
