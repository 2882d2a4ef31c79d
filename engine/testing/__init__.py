"""The test kit: a pytest plugin, `pytest_plugins = ["engine.testing.plugin"]`."""
