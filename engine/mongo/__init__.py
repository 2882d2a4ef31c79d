"""MongoDB: the driver, look-ups that are grouped, and a private server for development."""

from engine.mongo.connecting import CannotConnect, DatabaseAway, connect, prepare
from engine.mongo.driver import Database

__all__ = ["CannotConnect", "Database", "DatabaseAway", "connect", "prepare"]
