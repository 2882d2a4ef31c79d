"""The driver, named here and nowhere else."""

from motor.motor_asyncio import AsyncIOMotorClient as Client
from motor.motor_asyncio import AsyncIOMotorDatabase as Database

__all__ = ["Client", "Database"]
