"""MongoDB: the driver, look-ups that are grouped, and a private server for development."""

from engine.mongo.connecting import CannotConnect, DatabaseAway, connect, prepare
from engine.mongo.driver import Collection, Database, aggregate, close

__all__ = ["CannotConnect", "Collection", "Database", "DatabaseAway", "aggregate", "close", "connect", "prepare"]
