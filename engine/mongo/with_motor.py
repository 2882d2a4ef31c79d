"""Motor."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase

if TYPE_CHECKING:
    Client = AsyncIOMotorClient[dict[str, Any]]
    Database = AsyncIOMotorDatabase[dict[str, Any]]
    Collection = AsyncIOMotorCollection[dict[str, Any]]
else:
    # Its classes take no arguments when the program runs.
    Client, Database, Collection = AsyncIOMotorClient, AsyncIOMotorDatabase, AsyncIOMotorCollection


async def aggregate(collection: Collection, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the pipeline makes of the collection."""
    return await collection.aggregate(pipeline).to_list(None)


async def close(db: Database) -> None:
    """Close the connections to a database's server."""
    db.client.close()
