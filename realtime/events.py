"""What clients may emit to us. Yours to edit: what a handler returns is the client's ack."""

from pydantic import BaseModel

from realtime import EventError, Socket, io


class Typing(BaseModel):
    room: str
    typing: bool


@io.on("typing", form=Typing)
async def typing(socket: Socket, form: Typing):
    """Show the others in a room that somebody types; whoever is behind need not know."""
    room = f"room::{form.room}"
    if room not in socket.rooms:
        raise EventError("ForbiddenError", "You are not in this room")
    news = {"room": form.room, "from": socket.user.reference(), "typing": form.typing}
    await io.send(room, "typing", news, skip=socket.id, volatile=True)
    return {"ok": True}
