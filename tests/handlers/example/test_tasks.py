"""tasks.py. Yours to edit, as that is."""

import tasks


async def test_rooms_that_nobody_is_in_are_forgotten_with_what_was_said_there(register, call, db):
    anna = await register("anna")
    left, kept = [(await call("POST", "/rooms", {"name": name}, as_=anna)).json for name in ("left", "kept")]
    await call("POST", f"/rooms/{left['id']}/messages", {"text": "bye"}, as_=anna)
    await call("DELETE", f"/rooms/{left['id']}/members/anna", as_=anna)
    await tasks.forget_empty_rooms(db)
    assert [str(room["_id"]) async for room in db.rooms.find()] == [kept["id"]]
    assert await db.messages.count_documents({}) == 0
