"""PyMongo's own driver, to which driver.py can change by one line."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.asynchronous.mongo_client import AsyncMongoClient

Client = AsyncMongoClient[dict[str, Any]]
Database = AsyncDatabase[dict[str, Any]]
Collection = AsyncCollection[dict[str, Any]]


async def aggregate(collection: Collection, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the pipeline makes of the collection."""
    return await (await collection.aggregate(pipeline)).to_list(None)


async def close(db: Database) -> None:
    """Close the connections to a database's server."""
    await db.client.close()
