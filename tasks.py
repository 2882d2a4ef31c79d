"""What the app does by itself: at its start, and every so often. Yours to edit.

A task gets the database, and may call `io`. `@schedule.every(seconds)` runs on one process, however many there are;
with `everywhere=True` on each of them. `@schedule.at_start` runs once on each, as soon as it serves. What a task raises
is logged, and it runs again when it is due. A stop lets a task that runs come to its end, as it does with requests.
"""

from engine.mongo import Database
from engine.process.schedule import Schedule
from models.room import Room

schedule = Schedule()


# The example
@schedule.every(3600)
async def forget_empty_rooms(db: Database) -> None:
    """The last one to leave a room leaves it behind."""
    await Room.forget_empty(db)


# End of the example
