"""What clients may emit to us. Yours to edit: what a handler returns is the client's ack."""

from pydantic import BaseModel

from realtime import EventError, Socket, io

# A client does `socket.emit("hand", {up: true}, (ack) => …)`, or `await socket.emitWithAck(…)`. The form checks
# what it sent before the handler runs; what the handler returns goes back as the ack, and so does an error, as
# {error: {name, message, details}}. Without an ack in the call the error comes as the event "error".
#
# To refuse, raise EventError, or what models raise. Anything else that is raised is logged, the client is told that it
# went wrong, and the socket lives on. Only users who are logged in get here, and with `allow="admin"` in @io.on only
# those of that role. A client's events are handled one after another: the next one waits for this handler.
#
# What should last belongs into REST and a model; an event is for what is gone a moment later.


# The example
class Typing(BaseModel):
    room: str
    typing: bool


@io.on("typing", form=Typing)
async def typing(socket: Socket, form: Typing):
    """Show the others in a room that somebody types; whoever is behind need not know."""
    room = f"room::{form.room}"
    # A client may claim to be anywhere; socket.rooms is where the server has put it.
    if room not in socket.rooms:
        raise EventError("ForbiddenError", "You are not in this room")
    news = {"room": form.room, "from": socket.user.reference(), "typing": form.typing}
    await io.send(room, "typing", news, skip=socket.id, volatile=True)
    return {"ok": True}


# End of the example
