"""What an editor knows in the files that a clone adds, written as the README writes them. `make lint` checks it."""

from collections.abc import Set
from typing import assert_type

from pydantic import BaseModel

from handlers.base import BaseHandler, allowed, authenticated
from models import Database
from models.accounts.user import User
from realtime import Socket, io


class NewVote(BaseModel):
    choice: str


class VotesHandler(BaseHandler):
    @authenticated
    async def get(self):
        assert_type(self.db, Database)
        assert_type(self.current_user, User)
        assert_type(self.query(NewVote), NewVote)
        self.write([{"choice": "tea", "by": self.current_user.username}])

    @allowed("admin")
    async def post(self):
        vote = self.form(NewVote)
        assert_type(vote, NewVote)
        assert_type(vote.choice, str)
        assert_type(self.session_id, str)
        self.write({"choice": vote.choice})


async def connection(socket: Socket, user: User):
    assert_type(socket.user, User)
    assert_type(socket.db, Database)
    assert_type(socket.rooms, Set[str])
    assert_type(socket.recovered, bool)
    assert_type(await io.online(user.id), bool)


@io.on("vote", form=NewVote)
async def vote(socket: Socket, form: NewVote):
    assert_type(socket.user, User)
    assert_type(socket.user.email, str)
    assert_type(form.choice, str)
    await socket.send("voted", form.choice)
    return {"ok": True}
