"""What every document has in common: an id that is a str outside of models, and times as MongoDB keeps them."""

from datetime import UTC, datetime

from bson import ObjectId

from models.errors import NotFound


def object_id(id: str) -> ObjectId:
    """The `_id` that goes by this name outside. Raises NotFound for what cannot be one."""
    if not ObjectId.is_valid(id):
        raise NotFound
    return ObjectId(id)


def now() -> datetime:
    """The time in UTC to the millisecond, so that what was just written equals what is read back."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
