"""docs/security.md tells of every code that a client may get."""

import re
from pathlib import Path

import pytest

from engine.endings import FOR_GOOD, TOLD, Ending
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
def test_the_table_of_closings_has_every_ending_that_a_client_is_told_of():
    table = PAGE[PAGE.index("## When a socket closes") :].split("\n\n")[2]
    found = dict(re.findall(r"^\| `(\w+)` \| (for good|for now) \|", table, re.MULTILINE))
    assert found == {each.code: "for good" if each.is_(FOR_GOOD) else "for now" for each in Ending if each.is_(TOLD)}


@pytest.mark.shipped
def test_every_code_of_a_refusal_has_a_row():
    codes = {kind.code for kind in Unauthenticated.__subclasses__()} | set(re.findall(r'Refused\("(\w+)"', ENGINE))
    assert {"token_missing", "token_invalid", "session_ended"} <= codes
    assert codes - rows() == set()
