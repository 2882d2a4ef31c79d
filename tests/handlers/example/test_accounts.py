"""The worked example and accounts: rooms and messages follow a name, and go with an account."""

import asyncio

import pytest

from models.accounts.user import User

PASSWORD = "correct horse"


async def test_rooms_and_messages_tell_the_new_name(register, call, make_room):
    ann, ben = await register("ann"), await register("ben")
    room = await make_room(ben, ann)
    await call("POST", f"/rooms/{room['id']}/messages", {"text": "hello"}, as_=ann)
    form = {"username": "anna", "currentPassword": PASSWORD}
    assert (await call("PATCH", "/users/me", form, as_=ann)).status == 200
    [seen] = (await call("GET", "/rooms", as_=ben)).json
    assert [member["username"] for member in seen["members"]] == ["ben", "anna"]
    [message] = (await call("GET", f"/rooms/{room['id']}/messages", as_=ben)).json
    assert message["from"] == {"id": ann.id, "username": "anna"}


async def test_with_a_deleted_account_goes_what_it_wrote(register, call, db, make_room):
    ann, ben = await register("annabel"), await register("ben")
    room = await make_room(ann, ben)
    await call("POST", f"/rooms/{room['id']}/messages", {"text": "hello from her"}, as_=ann)
    assert (await call("DELETE", "/users/me", {"currentPassword": PASSWORD}, as_=ann)).status == 200
    rest = str([await db[name].find().to_list(None) for name in await db.list_collection_names()])
    for trace in ("annabel", "hello from her"):
        assert trace not in rest
    [seen] = (await call("GET", "/rooms", as_=ben)).json
    assert [member["username"] for member in seen["members"]] == ["ben"]


async def test_a_room_that_is_made_while_its_owner_goes_goes_too(register, call, db, monkeypatch):
    ann = await register("ann")
    delete = User.delete

    async def late(user, db):
        assert (await call("POST", "/rooms", {"name": "Tea"}, as_=ann)).status == 200
        await delete(user, db)

    monkeypatch.setattr(User, "delete", late)
    assert (await call("DELETE", "/users/me", {"currentPassword": PASSWORD}, as_=ann)).status == 200
    assert await db.rooms.count_documents({}) == 0


@pytest.mark.slow
async def test_of_one_who_makes_rooms_and_goes_at_once_nothing_is_left(register, call, db):
    for number in range(10):
        ann = await register(f"ann{number}")
        making = [call("POST", "/rooms", {"name": "Tea"}, as_=ann) for _ in range(20)]
        await asyncio.gather(*making, call("DELETE", "/users/me", {"currentPassword": PASSWORD}, as_=ann))
    assert await db.rooms.count_documents({}) == 0
