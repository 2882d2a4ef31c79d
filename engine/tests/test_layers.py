"""The engine's own house: it stands without an app, and its folders are layers with imports one way."""

from itertools import chain

import pytest

from engine.package.manifest import ENGINE
from engine.testing.modules import Modules, outside, within
from engine.testing.sizes import file_lines, function_lines, sizes

ROOT = ENGINE.parent
EVERYTHING = Modules.of(ROOT, "engine")
MODULES = EVERYTHING.without("engine.tests")

# From the top down: each folder and file may import those in the rows below it, and no others but its own.
LAYERS = [
    ["testing", "package"],
    ["process"],
    ["io", "emitter"],
    ["node", "calls"],
    ["backplane"],
    ["sockets"],
    ["hub"],
    ["recovery"],
    ["transport"],
    ["tokens"],
    ["http", "mail"],
    ["mongo", "accounts", "endings", "names"],
    ["wire", "loop"],
    ["limits", "errors", "permission", "validation", "tornado_internals"],
]


def layer(name: str) -> str:
    return name.split(".")[1]


def above(name: str) -> set[tuple[str, str]]:
    """From which layers, that are not below its own, a module imports."""
    row = next(number for number, layers in enumerate(LAYERS) if layer(name) in layers)
    others = {f"engine.{one}" for layers in LAYERS[: row + 1] for one in layers} - {f"engine.{layer(name)}"}
    return {(name, layer(each)) for each in within(MODULES[name].imports, *others)}


def test_every_module_is_in_a_layer():
    layers = {layer(name) for name in MODULES if name != "engine"}
    assert layers - set(chain(*LAYERS)) == set(), "give it a place in LAYERS"


def test_layers_import_only_from_those_below_them():
    found = set().union(*(above(name) for name in MODULES if name != "engine"))
    assert found == set()


def test_no_imports_run_in_a_circle():
    assert EVERYTHING.circle() == []


def test_nothing_imports_what_stands_beside_the_engine():
    beside = {file.stem for file in ROOT.iterdir() if file.suffix == ".py" or list(file.glob("*.py"))} - {"engine"}
    assert {name for name, module in EVERYTHING.items() if within(module.imports, *beside)} == set()


def test_the_driver_is_named_in_one_place():
    assert EVERYTHING.importers("motor") == {"engine.mongo.with_motor"}


def test_only_mongo_knows_the_database():
    assert outside(MODULES.importers("pymongo", "bson"), "engine.mongo", "engine.testing.database") == set()


def test_pytest_tornado_is_named_in_one_place():
    words = ("gen" + "_test", "_unused" + "_port")
    naming = {name for name, module in EVERYTHING.items() if any(word in module.file.read_text() for word in words)}
    assert naming - {__name__} == {"engine.testing.server"}


@pytest.mark.shipped
def test_files_have_200_lines_at_most_and_60_at_the_median():
    files = {name: file_lines(module.file) for name, module in MODULES.items()}
    assert sizes(files.values()).median <= 60
    assert {name: lines for name, lines in files.items() if lines > 200} == {}


@pytest.mark.shipped
def test_functions_have_5_lines_at_the_median_and_18_at_the_90th_percentile():
    found = sizes(lines for module in MODULES.values() for lines in function_lines(module.file))
    assert found.median <= 5
    assert found.ninetieth <= 18
