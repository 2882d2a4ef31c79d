"""One's own account: another name, another address, and its end; each with the password."""

import asyncio

import pytest

PASSWORD = "correct horse"


@pytest.fixture
def change(call):
    """`answer = await change(ann, username="anna")`, with the right password unless told otherwise."""

    async def change(who, **form):
        return await call("PATCH", "/users/me", {"currentPassword": PASSWORD, **form}, as_=who)

    return change


@pytest.fixture
def delete(call):
    return lambda who, password=PASSWORD: call("DELETE", "/users/me", {"currentPassword": password}, as_=who)


async def test_another_name_is_ones_name_everywhere(register, change, me, call):
    ann = await register("ann")
    answer = await change(ann, username="Anna")
    assert answer.status == 200, answer.json
    assert answer.json["username"] == "Anna"
    assert answer.json["updatedAt"] > answer.json["createdAt"]
    assert (await me(ann)).json == answer.json
    assert (await call("POST", "/auth/local", {"identifier": "ANNA", "password": PASSWORD})).status == 200
    assert (await call("POST", "/auth/local", {"identifier": "ann", "password": PASSWORD})).status == 400


async def test_another_address_logs_in_and_the_old_one_does_not(register, change, call):
    ann = await register("ann")
    assert (await change(ann, email="New@Example.com")).json["email"] == "new@example.com"
    assert (await call("POST", "/auth/local", {"identifier": "new@example.com", "password": PASSWORD})).status == 200
    assert (await call("POST", "/auth/local", {"identifier": ann.email, "password": PASSWORD})).status == 400


async def test_the_old_address_is_told_of_the_new_one(register, change, mailbox):
    ann = await register("ann")
    await change(ann, email="new@example.com")
    assert "new@example.com" in (await mailbox.next(ann.email)).text


async def test_what_another_has_is_taken(register, change, me):
    ann, _ = await register("ann"), await register("ben")
    for form in ({"username": "ben"}, {"username": "BEN"}, {"email": "Ben@example.com"}):
        answer = await change(ann, **form)
        assert (answer.status, answer.json["error"]["message"]) == (400, "Email or Username are already taken")
    assert (await me(ann)).json["username"] == "ann"


async def test_of_two_changes_both_are_made_or_none(register, change, me):
    ann, _ = await register("ann"), await register("ben")
    assert (await change(ann, username="anna", email="ben@example.com")).status == 400
    assert ((await me(ann)).json["username"], (await me(ann)).json["email"]) == ("ann", "ann@example.com")
    both = (await change(ann, username="anna", email="anna@example.com")).json
    assert (both["username"], both["email"]) == ("anna", "anna@example.com")


@pytest.mark.slow
async def test_ones_own_name_in_another_case_is_not_taken(register, change):
    ann = await register("ann")
    assert (await change(ann, username="ANN")).json["username"] == "ANN"


@pytest.mark.slow
async def test_of_many_who_want_one_name_one_gets_it(register, change):
    users = await asyncio.gather(*(register(f"user{number}") for number in range(8)))
    answers = await asyncio.gather(*(change(user, username="wanted") for user in users))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7


async def test_without_the_password_nothing_changes(register, change, delete, me):
    ann = await register("ann")
    for password in ("wrong horse", "Correct horse", "correct horse "):
        for answer in (await change(ann, username="anna", currentPassword=password), await delete(ann, password)):
            assert (answer.status, answer.json["error"]["message"]) == (400, "The provided current password is invalid")
    assert (await me(ann)).json["username"] == "ann"


@pytest.mark.slow
async def test_what_is_no_password_is_400(register, change, delete, me):
    ann = await register("ann")
    for password in (None, 1, "", {"$ne": None}, ["correct horse"]):
        for answer in (await change(ann, username="anna", currentPassword=password), await delete(ann, password)):
            assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [["currentPassword"]]
    assert (await me(ann)).json["username"] == "ann"


NOT_FOR_USERS = [
    ("role", "admin"),
    ("confirmed", True),
    ("blocked", False),
    ("provider", "x"),
    ("password", "battery staple"),
    ("password_hash", "x"),
    ("id", "65a000000000000000000001"),
    ("credentials", 0),
    ("username", "x"),
    ("username", {"$set": 1}),
    ("email", "ann"),
]


async def test_what_may_not_be_changed_is_400_and_named(register, change, me):
    ann = await register("ann")
    before = (await me(ann)).json
    for field, value in NOT_FOR_USERS:
        answer = await change(ann, **{field: value})
        assert answer.status == 400
        assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [[field]]
    assert (await me(ann)).json == before


async def test_a_deleted_account_leaves_nothing_of_its_owner(register, login, delete, call, kept):
    ann = await register("annabel")
    await login(ann, device="the phone", address="198.51.100.77")
    await call("POST", "/auth/forgot-password", {"email": ann.email})
    answer = await delete(ann)
    assert (answer.status, answer.json) == (200, {"ok": True})
    rest = await kept()
    for trace in ("annabel", "the phone", "198.51.100.77", "password reset"):
        assert trace not in rest


async def test_a_deleted_account_is_logged_out_and_cannot_log_in(register, login, delete, me, refresh, call):
    ann = await register("ann")
    phone = await login(ann)
    await delete(ann)
    for each in (ann, phone):
        assert (await me(each)).status == 401
        assert (await refresh(each.refresh_token)).status == 401
    answer = await call("POST", "/auth/local", {"identifier": "ann", "password": PASSWORD})
    assert answer.json["error"]["message"] == "Invalid identifier or password"


@pytest.mark.slow
async def test_a_name_that_is_free_again_is_another_user(register, delete, me):
    ann = await register("ann")
    await delete(ann)
    again = await register("ann")
    assert again.id != ann.id
    assert (await me(ann)).status == 401


@pytest.mark.slow
async def test_one_who_deletes_an_account_ends_no_other(register, delete, me):
    ann, ben = await register("ann"), await register("ben")
    await delete(ann)
    assert (await me(ben)).status == 200


async def test_nobody_deletes_or_changes_without_a_token(call, refused):
    assert (
        refused(await call("PATCH", "/users/me", {"username": "ann", "currentPassword": PASSWORD})) == "token_missing"
    )
    assert refused(await call("DELETE", "/users/me", {"currentPassword": PASSWORD})) == "token_missing"
