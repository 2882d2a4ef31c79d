"""Code as a reader of the README pastes it into a file: imports to the imports, methods to their class, and so on."""

import ast


def pasted(source: str, block: str) -> str:
    """The file `source` with a block in it. What has a name that is there already takes its place.

    A list that begins with `...` stands for a longer list of which it shows the end, and a dict for a longer dict.
    """
    module = ast.parse(source)
    _merge(module, ast.parse(block).body)
    return ast.unparse(module) + "\n"


def _merge(into: ast.Module | ast.ClassDef, nodes: list[ast.stmt]):
    for node in nodes:
        there = next((each for each in into.body if _name(each) and _name(each) == _name(node)), None)
        if isinstance(node, ast.Import | ast.ImportFrom):
            into.body.insert(1 if ast.get_docstring(into) else 0, node)
        elif there is None:
            into.body.append(node)
        elif isinstance(node, ast.ClassDef):
            _merge(there, node.body)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            there.value.keys += node.value.keys
            there.value.values += node.value.values
        elif isinstance(node, ast.Assign):
            there.value.elts += [each for each in node.value.elts if ast.unparse(each) != "..."]
        else:
            into.body[into.body.index(there)] = node


def _name(node: ast.stmt) -> str | None:
    return node.targets[0].id if isinstance(node, ast.Assign) else getattr(node, "name", None)
