"""What of Tornado we use without its promise is where it was, does what it did, and is used at one place."""

import ast
from pathlib import Path

from engine import tornado_internals
from engine.tornado_internals import accept_value, unmask

ENGINE = Path(tornado_internals.__file__).parent


def test_a_masked_payload_is_unmasked():
    """The example of RFC 6455, 5.7."""
    assert unmask(bytes.fromhex("37fa213d"), bytes.fromhex("7f9f4d5158")) == b"Hello"


def test_a_key_is_accepted():
    """The example of RFC 6455, 1.3."""
    assert accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_nothing_else_that_is_private_to_tornado_is_imported():
    assert {file.name for file in ENGINE.rglob("*.py") if imports_private(file)} == {"tornado_internals.py"}


def imports_private(file: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("tornado")
        and any(alias.name.startswith("_") for alias in node.names)
        for node in ast.walk(ast.parse(file.read_text()))
    )
