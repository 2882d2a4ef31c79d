"""A changed password: this session lives on, all others end, and so does the old password."""

from dataclasses import replace

import pytest

OLD, NEW = "correct horse", "battery staple"


@pytest.fixture
def change(call):
    async def change(who, current=OLD, password=NEW, confirmation=None):
        form = {"currentPassword": current, "password": password, "passwordConfirmation": confirmation or password}
        return await call("POST", "/auth/change-password", form, as_=who)

    return change


async def test_it_gives_new_tokens_and_the_new_password_logs_in(register, change, login, me):
    ann = await register("ann")
    answer = await change(ann)
    assert answer.status == 200, answer.json
    assert list(answer.json) == ["jwt", "refreshToken", "user"]
    assert answer.json["user"]["username"] == "ann"
    assert answer.json["jwt"] != ann.jwt
    assert (await me(replace(ann, jwt=answer.json["jwt"]))).status == 200
    await login(ann, NEW)


async def test_the_old_password_ends(register, change, call):
    ann = await register("ann")
    await change(ann)
    refused = await call("POST", "/auth/local", {"identifier": "ann", "password": OLD})
    assert (refused.status, refused.json["error"]["message"]) == (400, "Invalid identifier or password")


async def test_this_session_lives_on_and_every_other_one_ends(register, login, change, me, call, refresh, refused):
    ann = await register("ann")
    phone, tablet = await login(ann), await login(ann)
    answer = await change(phone)
    for lost in (ann, tablet):
        assert refused(await me(lost)) == "session_ended"
        assert refused(await refresh(lost.refresh_token)) == "session_ended"
    assert (await me(phone)).status == 200
    sessions = (await call("GET", "/auth/sessions", as_=replace(ann, jwt=answer.json["jwt"]))).json
    assert [each["current"] for each in sessions] == [True]
    assert (await refresh(answer.json["refreshToken"])).status == 200


async def test_a_refresh_token_from_before_is_worth_nothing(register, change, refresh, time_passes):
    ann = await register("ann")
    await change(ann)
    await time_passes(11)
    assert (await refresh(ann.refresh_token)).status == 401


REFUSED = [
    ("currentPassword", "The provided current password is invalid", ("wrong horse", NEW, NEW)),
    ("passwordConfirmation", "Passwords do not match", (OLD, NEW, "battery staples")),
    ("password", "Your new password must be different than your current password", (OLD, OLD, OLD)),
]


async def test_a_change_that_is_refused_changes_nothing(register, login, change, me):
    ann = await register("ann")
    phone = await login(ann)
    for field, message, form in REFUSED:
        answer = await change(ann, *form)
        assert (answer.status, answer.json["error"]["message"]) == (400, message)
        assert [each["path"] for each in answer.json["error"]["details"]["errors"]] == [[field]]
    assert (await me(phone)).status == 200
    await login(ann, OLD)


async def test_a_password_that_may_not_be_registered_may_not_be_changed_to(register, change, login):
    ann = await register("ann")
    for password in ("short", "x" * 129, "password", "12345678", "Password1", "ann@example.com"):
        answer = await change(ann, password=password)
        assert (answer.status, answer.json["error"]["name"]) == (400, "ValidationError"), password
    await login(ann, OLD)


async def test_only_one_who_is_logged_in_changes_a_password(call, refused):
    form = {"currentPassword": OLD, "password": NEW, "passwordConfirmation": NEW}
    assert refused(await call("POST", "/auth/change-password", form)) == "token_missing"
