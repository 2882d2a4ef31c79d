"""The driver, chosen here and nowhere else: for PyMongo's own, write `with_pymongo`.

All else uses what both have. What they do differently is in `aggregate` and `close`.
"""

from engine.mongo.with_motor import Client, Collection, Database, aggregate, close

__all__ = ["Client", "Collection", "Database", "aggregate", "close"]
