"""A link that was asked for is made a moment later: what has changed by then, or before it is used, makes it void."""

import asyncio
import re
from dataclasses import replace

import pytest

from engine.testing.people import Someone
from models.accounts import codes, passwords

NEW, NEWEST = "battery staple", "another staple"
OLD_ADDRESS, NEW_ADDRESS = "ann@example.com", "new@example.com"


@pytest.fixture
def late(monkeypatch):
    """Codes are made once this event is set."""
    may, make = asyncio.Event(), codes.make

    async def late(*arguments):
        await may.wait()
        return await make(*arguments)

    monkeypatch.setattr(codes, "make", late)
    return may


@pytest.fixture
def ask_for_reset(call):
    return lambda: call("POST", "/auth/forgot-password", {"email": OLD_ADDRESS})


@pytest.fixture
def late_code(mailbox):
    """What the link says, which comes after other mails."""

    async def late_code() -> str:
        while not (found := re.search(r"/#reset=(\S+)", (await mailbox.next(OLD_ADDRESS)).text)):
            pass
        return found[1]

    return late_code


@pytest.fixture
def reset(call):
    form = {"password": NEWEST, "passwordConfirmation": NEWEST}
    return lambda code: call("POST", "/auth/reset-password", {"code": code, **form})


@pytest.fixture
def move(call):
    """Changes the address."""
    form = {"email": NEW_ADDRESS, "currentPassword": "correct horse"}
    return lambda who: call("PATCH", "/users/me", form, as_=who)


@pytest.fixture
def change_password(call):
    form = {"currentPassword": "correct horse", "password": NEW, "passwordConfirmation": NEW}
    return lambda who: call("POST", "/auth/change-password", form, as_=who)


@pytest.fixture
def slow_hashing(monkeypatch):
    """`hashing, may = slow_hashing()`: the next password that is hashed says so, and waits."""

    def slow_hashing() -> tuple[asyncio.Event, asyncio.Event]:
        hashing, may, hashed = asyncio.Event(), asyncio.Event(), passwords.hashed

        async def slowly(password):
            monkeypatch.setattr(passwords, "hashed", hashed)
            hashing.set()
            await may.wait()
            return await hashed(password)

        monkeypatch.setattr(passwords, "hashed", slowly)
        return hashing, may

    return slow_hashing


def incorrect(answer) -> bool:
    return (answer.status, answer.json["error"]["message"]) == (400, "Incorrect code provided")


async def test_a_link_to_the_old_address_does_not_open_the_account(
    register, ask_for_reset, move, late, late_code, reset, login
):
    ann = await register("ann")
    await ask_for_reset()
    assert (await move(ann)).status == 200
    late.set()
    assert incorrect(await reset(await late_code()))
    await login(ann)


async def test_a_link_of_before_the_new_password_does_not_undo_it(
    register, ask_for_reset, change_password, late, late_code, reset, login
):
    ann = await register("ann")
    await ask_for_reset()
    assert (await change_password(ann)).status == 200
    late.set()
    assert incorrect(await reset(await late_code()))
    await login(ann, NEW)


async def test_a_link_that_nothing_has_changed_since_works_however_late(
    register, ask_for_reset, late, late_code, reset, login
):
    ann = await register("ann")
    await ask_for_reset()
    late.set()
    assert (await reset(await late_code())).status == 200
    await login(ann, NEWEST)


async def test_an_address_that_changes_while_a_link_to_the_old_one_is_used_ends_it(
    register, ask_for_reset, move, late_code, reset, slow_hashing, login
):
    ann = await register("ann")
    await ask_for_reset()
    code = await late_code()
    hashing, may = slow_hashing()
    resetting = asyncio.ensure_future(reset(code))
    await hashing.wait()
    assert (await move(ann)).status == 200
    may.set()
    assert incorrect(await resetting)
    await login(ann)


async def test_of_two_new_passwords_at_once_one_is_told_that_the_other_was_first(
    register, change_password, call, slow_hashing, login
):
    ann = await register("ann")
    hashing, may = slow_hashing()
    first = asyncio.ensure_future(change_password(ann))
    await hashing.wait()
    form = {"currentPassword": "correct horse", "password": NEWEST, "passwordConfirmation": NEWEST}
    assert (await call("POST", "/auth/change-password", form, as_=ann)).status == 200
    may.set()
    answer = await first
    assert (answer.status, answer.json["error"]["name"]) == (409, "ConflictError")
    await login(ann, NEWEST)


async def test_an_address_given_with_the_former_password_is_not_taken_after_a_new_one(
    register, change_password, call, monkeypatch, login
):
    ann = await register("ann")
    checked, may, matches = asyncio.Event(), asyncio.Event(), passwords.matches

    async def slowly(*arguments):
        monkeypatch.setattr(passwords, "matches", matches)
        answer = await matches(*arguments)
        checked.set()
        await may.wait()
        return answer

    monkeypatch.setattr(passwords, "matches", slowly)
    form = {"email": NEW_ADDRESS, "currentPassword": "correct horse"}
    moving = asyncio.ensure_future(call("PATCH", "/users/me", form, as_=ann))
    await checked.wait()
    assert (await change_password(ann)).status == 200
    may.set()
    assert (await moving).status == 409
    assert (await login(ann, NEW)).email == OLD_ADDRESS


class TestConfirmation:
    @pytest.fixture
    def given(self) -> dict:
        return {"confirm_emails": True}

    @pytest.fixture
    def ann(self, call, confirmation, io_loop):
        async def ann() -> Someone:
            form = {"username": "ann", "email": OLD_ADDRESS, "password": "correct horse"}
            user = (await call("POST", "/auth/local/register", form)).json["user"]
            await call("GET", await confirmation(OLD_ADDRESS))
            answer = (await call("POST", "/auth/local", {"identifier": "ann", "password": "correct horse"})).json
            return Someone(user["id"], user["username"], user["email"], answer["jwt"], answer["refreshToken"])

        return io_loop.run_sync(ann)

    async def test_a_link_that_confirms_an_address_ends_with_the_password_it_was_asked_for_with(
        self, ann, move, change_password, call, late, confirmation, me
    ):
        assert (await move(ann)).status == 200
        fresh = (await change_password(ann)).json["jwt"]
        late.set()
        assert incorrect(await call("GET", await confirmation(NEW_ADDRESS)))
        assert (await me(replace(ann, jwt=fresh))).json["email"] == OLD_ADDRESS

    async def test_it_confirms_the_address_where_nothing_has_changed(self, ann, move, call, late, confirmation, me):
        assert (await move(ann)).status == 200
        late.set()
        assert (await call("GET", await confirmation(NEW_ADDRESS))).json == {"ok": True}
        assert (await me(ann)).json["email"] == NEW_ADDRESS
