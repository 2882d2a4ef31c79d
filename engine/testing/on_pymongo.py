"""`pytest -p engine.testing.on_pymongo` runs tests on PyMongo's own driver, as driver.py can choose it by one line."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "mongo"

# Made before anything imports engine.mongo, and so without importing that.
spec = spec_from_file_location("engine.mongo.with_motor", FOLDER / "with_pymongo.py")
sys.modules[spec.name] = module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])


def pytest_report_header():
    """Says which driver it is."""
    from engine.mongo import driver

    return f"MongoDB driver: {driver.Client}"
