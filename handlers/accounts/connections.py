"""Who is connected at the moment, for admins, who can throw them out."""

from pydantic import BaseModel, Field

from handlers.base import BaseHandler, admins_only
from realtime import io

REASON = "Disconnected by an administrator."


class Page(BaseModel):
    after: str = ""
    limit: int = Field(100, ge=1, le=1000)


class ConnectionsHandler(BaseHandler):
    @admins_only
    async def get(self):
        page = self.query(Page)
        connections = sorted(await io.connections(), key=lambda connection: connection.user_id)
        later = [connection for connection in connections if connection.user_id > page.after]
        self.write([public(connection) for connection in later[: page.limit]])


class ConnectionHandler(BaseHandler):
    @admins_only
    async def delete(self, user_id):
        await io.disconnect(user_id, REASON)
        self.write({"ok": True})


def public(connection) -> dict:
    """A connected user as admins see them."""
    sockets = [
        {"id": socket.id, "since": socket.since, "ip": socket.ip, "rooms": sorted(socket.rooms)}
        for socket in connection.sockets
    ]
    return {"user": connection.user.reference(), "sockets": sockets}
