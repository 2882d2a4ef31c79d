"""A common password is refused where it is chosen, and nowhere else."""

from models.accounts.user import User


async def test_nobody_registers_with_a_common_password(call):
    form = {"username": "anna", "email": "anna@example.com", "password": "Password1"}
    answer = await call("POST", "/auth/local/register", form)
    assert answer.status == 400
    assert answer.json["error"]["message"] == "This password is too common; choose another"
    assert answer.json["error"]["details"]["errors"][0]["path"] == ["password"]


async def test_who_has_a_common_password_since_long_ago_still_logs_in(call, db):
    anna = await User.register(db, "anna", "anna@example.com", "password1")
    answer = await call("POST", "/auth/local", {"identifier": "anna", "password": "password1"})
    assert answer.status == 200
    assert answer.json["user"]["id"] == anna.id
