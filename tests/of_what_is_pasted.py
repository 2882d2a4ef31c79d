"""Tests of what docs/ has a reader paste, besides those that it has them paste. test_readme.py runs it in a clone."""

from handlers.kitchen import KitchenHandler

import tasks
from models.accounts.administration import set_role
from models.accounts.user import User
from models.roles import ROLES


async def test_those_who_share_a_room_hear_who_leaves(register, call, connect, received):
    anna, ben = await register("anna"), await register("ben")
    room = (await call("POST", "/rooms", {"name": "Tea"}, as_=anna)).json
    await call("POST", f"/rooms/{room['id']}/members", {"username": "ben"}, as_=anna)
    hers, his = await connect(anna), await connect(ben)
    await hers.settled(), await his.settled()
    await his.close()
    assert await received(hers, "left") == {"who": "ben"}


async def test_only_an_admin_announces(db, register, connect, received):
    anna, ben = await register("anna"), await register("ben")
    await set_role(db, await User.named(db, "anna"), "admin")
    hers, his = await connect(anna), await connect(ben)
    assert (await his.call("announce", {"text": "Tea"}))["error"]["name"] == "ForbiddenError"
    assert (await hers.call("announce", {"text": " "}))["error"]["message"] == "There is nothing to announce"
    assert await hers.call("announce", {"text": "Tea"}) == {"ok": True}
    assert await received(his, "announcement") == {"from": "anna", "text": "Tea"}


async def test_the_time_is_told(db, register, connect, received):
    client = await connect(await register("anna"))
    await client.settled()
    await tasks.tell_the_time(db)
    await received(client, "minute")


async def test_cooks_get_into_the_kitchen(app, db, register, call):
    assert ROLES[-1] == "cook"
    app.add_handlers(".*", [("/kitchen", KitchenHandler)])
    anna, ben, carl = [await register(name) for name in ("anna", "ben", "carl")]
    await set_role(db, await User.named(db, "ben"), "cook")
    assert [(await call("GET", "/kitchen", as_=who)).status for who in (anna, ben, carl)] == [200, 200, 403]
