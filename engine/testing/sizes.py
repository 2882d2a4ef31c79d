"""How large files and functions are, for tests that keep them small."""

import ast
import io
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Sizes(NamedTuple):
    """Of the lines of many things."""

    median: int
    ninetieth: int
    most: int


def sizes(lines: Iterable[int]) -> Sizes:
    """Sum up how many lines things have; the ninetieth is that of the 90th percentile."""
    found = sorted(lines)
    return Sizes(found[len(found) // 2], found[len(found) * 9 // 10], found[-1])


def file_lines(file: Path) -> int:
    """All lines of a file."""
    return len(file.read_text().splitlines())


def code_lines(file: Path) -> int:
    """The lines of a file that have code: not empty, no comment, and no docstring."""
    source = file.read_text()
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {line for each in tokens if each.type not in NO_CODE for line in range(each.start[0], each.end[0] + 1)}
    return len(code - _docstrings(source))


def _docstrings(source: str) -> set[int]:
    return {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def function_lines(file: Path) -> list[int]:
    """How many lines the body of each function in a file has, its docstring left out."""
    nodes = ast.walk(ast.parse(file.read_text()))
    return [_body_lines(node) for node in nodes if isinstance(node, FUNCTIONS)]


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
