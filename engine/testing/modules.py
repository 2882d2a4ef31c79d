"""What modules import, for tests of who may import whom."""

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from itertools import chain
from pathlib import Path


class Module:
    """A file of Python, as its text tells of it; nothing is run."""

    def __init__(self, root: Path, file: Path):
        self.file = file
        parts = file.relative_to(root).with_suffix("").parts
        self.name = ".".join(parts).removesuffix(".__init__")
        self._package = ".".join(parts[:-1])

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All that it is made of, at whatever depth."""
        return list(ast.walk(ast.parse(self.file.read_text())))

    @cached_property
    def imports(self) -> set[str]:
        """The full names of all that it imports, wherever in it: of modules, and of what is taken from them."""
        return self._imported(self.nodes)

    @cached_property
    def imports_to_run(self) -> set[str]:
        """The same without what is imported for types alone."""
        return self._imported(node for node in self.nodes if id(node) not in self._for_types)

    @cached_property
    def _for_types(self) -> set[int]:
        checks = [node for node in self.nodes if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
        return {id(inner) for check in checks for node in check.body for inner in ast.walk(node)}

    def _imported(self, nodes: Iterable[ast.AST]) -> set[str]:
        found: set[str] = set()
        for node in nodes:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = resolve_name("." * node.level + (node.module or ""), self._package)
                found |= {f"{module}.{alias.name}" for alias in node.names}
        return found


class Modules(dict[str, Module]):
    """Modules by their names."""

    @classmethod
    def of(cls, root: Path, *places: str) -> "Modules":
        """All that are in these files and folders of a root."""
        modules = [Module(root, file) for place in places for file in python_files(root / place)]
        return cls({module.name: module for module in modules})

    def without(self, *packages: str) -> "Modules":
        """Those that are in none of these packages."""
        return Modules({name: self[name] for name in self if not is_in(name, *packages)})

    def importers(self, *packages: str) -> set[str]:
        """The names of those that import any of these packages, or what is in them."""
        return {name for name, module in self.items() if any(is_in(each, *packages) for each in module.imports)}

    def circle(self) -> list[str]:
        """Modules of which each imports the one before it, the first at the end again; none if there is no circle."""
        return circle({name: self._needed(module) for name, module in self.items()})

    def _needed(self, module: Module) -> set[str]:
        """What has to run before a module does: with another module its packages, too, but not those of its own."""
        named = {name if name in self else name.rpartition(".")[0] for name in module.imports_to_run}
        packages = set(chain(*map(_packages, named))) - {module.name, *_packages(module.name)}
        return (named | packages) & self.keys()


def _packages(name: str) -> Iterator[str]:
    while name := name.rpartition(".")[0]:
        yield name


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A way that leads back to where it began, in a graph of what each needs; none if there is no such way."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def python_files(place: Path) -> list[Path]:
    """A file, or all files of Python in a folder."""
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def is_in(module: str, *packages: str) -> bool:
    """Whether a module is one of these packages or in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def within(names: Iterable[str], *packages: str) -> set[str]:
    """Those of the names that are in any of these packages."""
    return {name for name in names if is_in(name, *packages)}


def outside(names: Iterable[str], *packages: str) -> set[str]:
    """Those of the names that are in none of these packages."""
    return set(names) - within(names, *packages)
