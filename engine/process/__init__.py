"""A process that serves: settings, signals, the port, reloading, and an end in order."""

from engine.process.ending import drain
from engine.process.loading import SettingsError, load
from engine.process.loop import new_event_loop
from engine.process.port import HTTP_LIMITS, make_server
from engine.process.running import main

__all__ = ["HTTP_LIMITS", "SettingsError", "drain", "load", "main", "make_server", "new_event_loop"]
