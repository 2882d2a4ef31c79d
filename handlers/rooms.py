"""The worked example: chat rooms. Each method checks what came, asks a model, tells those concerned, and answers."""

from asyncio import gather

from pydantic import BaseModel, Field

from handlers.base import BaseHandler, authenticated, limited
from models.accounts.user import User
from models.room import Room
from realtime import io


class NewRoom(BaseModel):
    name: str = Field(min_length=1, max_length=80)


class NewMember(BaseModel):
    username: str


class NewMessage(BaseModel):
    text: str = Field(min_length=1, max_length=4000)


class Page(BaseModel):
    before: str | None = None
    limit: int = Field(50, ge=1, le=100)


class RoomsHandler(BaseHandler):
    @authenticated
    async def get(self):
        rooms = await Room.of(self.db, self.current_user)
        self.write([room.public() for room in rooms])

    @authenticated
    @limited("new rooms")
    async def post(self):
        me = self.current_user
        room = await Room.create(self.db, self.form(NewRoom).name, owner=me)
        await io.settle(me.id, f"room::{room.id}", lambda: room.has(me))
        await io.send(f"user::{me.id}", "room:added", room.public())
        self.write(room.public())


class RoomHandler(BaseHandler):
    @authenticated
    async def get(self, room_id):
        room = await Room.get(self.db, room_id, member=self.current_user)
        self.write(room.public())


class MembersHandler(BaseHandler):
    @authenticated
    async def get(self, room_id):
        room = await Room.get(self.db, room_id, member=self.current_user)
        online = await gather(*(io.online(member["id"]) for member in room.members))
        self.write([{**member, "online": here} for member, here in zip(room.members, online, strict=True)])

    @authenticated
    async def post(self, room_id):
        room = await Room.get(self.db, room_id, member=self.current_user)
        user = await User.named(self.db, self.form(NewMember).username)
        if await room.add(user):
            await io.settle(user.id, f"room::{room.id}", lambda: room.has(user))
            await io.send(f"user::{user.id}", "room:added", room.public())
            await io.send(f"room::{room.id}", "member:added", {"room": room.id, "member": user.reference()})
        self.write(room.public())


class MemberHandler(BaseHandler):
    @authenticated
    async def delete(self, room_id, username):
        room = await Room.get(self.db, room_id, member=self.current_user)
        user = await User.named(self.db, username)
        if await room.remove(user):
            await io.settle(user.id, f"room::{room.id}", lambda: room.has(user))
            await io.send(f"user::{user.id}", "room:removed", {"id": room.id, "name": room.name})
            await io.send(f"room::{room.id}", "member:removed", {"room": room.id, "member": user.reference()})
        self.write(room.public())


class MessagesHandler(BaseHandler):
    @authenticated
    async def get(self, room_id):
        room = await Room.get(self.db, room_id, member=self.current_user)
        page = self.query(Page)
        self.write([message.public() for message in await room.history(page.before, page.limit)])

    @authenticated
    @limited("messages")
    async def post(self, room_id):
        room = await Room.get(self.db, room_id, member=self.current_user)
        message = await room.post(self.current_user, self.form(NewMessage).text)
        await io.send(f"room::{room.id}", "message", message.public())
        self.write(message.public())
