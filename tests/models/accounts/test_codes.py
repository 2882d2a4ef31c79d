"""Codes that are sent by e-mail: for one purpose, one use and one hour."""

import asyncio
from datetime import timedelta
from typing import NamedTuple

import pytest

from models.accounts import codes
from models.accounts.errors import CodeInvalid
from models.documents import now

RESET, CONFIRM = "reset password", "confirm email"
ANN, BEN = "65a000000000000000000001", "65a000000000000000000002"


class Owner(NamedTuple):
    """What codes need of a user."""

    id: str = ANN
    email: str = "ann@example.com"
    credentials: int = 1


async def make(db, purpose=RESET, user_id=ANN) -> str:
    return await codes.make(db, purpose, Owner(user_id), "ann@example.com")


async def take(db, purpose, code, user=Owner()) -> codes.Code:  # noqa: B008
    return await codes.take(db, purpose, code, user)


async def is_good(db, code, purpose=RESET) -> bool:
    try:
        await codes.find(db, purpose, code)
    except CodeInvalid:
        return False
    return True


async def test_a_code_says_whose_it_is_and_where_it_was_sent(db):
    assert await take(db, RESET, await make(db)) == (ANN, "ann@example.com")


async def test_a_code_is_taken_once(db):
    code = await make(db)
    answers = await asyncio.gather(*(take(db, RESET, code) for _ in range(5)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Code"] + ["CodeInvalid"] * 4


async def test_looking_at_a_code_does_not_take_it(db):
    code = await make(db)
    assert await is_good(db, code)
    await take(db, RESET, code)
    assert not await is_good(db, code)


async def test_a_code_for_one_purpose_is_none_for_another(db):
    code = await make(db)
    with pytest.raises(CodeInvalid):
        await take(db, CONFIRM, code)
    assert await is_good(db, code)


async def test_the_latest_code_is_the_only_one(db):
    first, other_purpose, others = await make(db), await make(db, CONFIRM), await make(db, user_id=BEN)
    assert await is_good(db, await make(db))
    assert not await is_good(db, first)
    assert await is_good(db, other_purpose, CONFIRM)
    assert await is_good(db, others)


@pytest.mark.parametrize("now", [Owner(email="new@example.com"), Owner(credentials=2), Owner(BEN)])
async def test_a_code_is_for_the_address_and_the_password_that_it_was_made_for(db, now):
    code = await make(db)
    with pytest.raises(CodeInvalid):
        await take(db, RESET, code, now)
    assert await take(db, RESET, code)


async def test_a_code_ends_after_an_hour_even_before_the_database_has_removed_it(db):
    code = await make(db)
    [document] = await db.codes.find().to_list(None)
    assert abs(document["expires_at"] - now() - timedelta(hours=1)) < timedelta(seconds=10)
    await db.codes.update_one({}, {"$set": {"expires_at": now() - timedelta(milliseconds=1)}})
    with pytest.raises(CodeInvalid):
        await take(db, RESET, code)


async def test_the_database_removes_what_has_ended(db):
    indexes = await db.codes.index_information()
    assert [index["expireAfterSeconds"] for index in indexes.values() if "expireAfterSeconds" in index] == [0]


async def test_what_is_kept_is_no_code(db):
    code = await make(db)
    [document] = await db.codes.find().to_list(None)
    assert len(code) >= 43  # 256 bits
    assert code not in str(document)
    with pytest.raises(CodeInvalid):
        await take(db, RESET, document["_id"])


async def test_two_codes_differ(db):
    assert await make(db) != await make(db, user_id=BEN)


async def test_the_codes_of_a_user_are_forgotten_by_purpose_or_all(db):
    reset, confirm, others = await make(db), await make(db, CONFIRM), await make(db, user_id=BEN)
    await codes.forget(db, ANN, RESET)
    assert not await is_good(db, reset)
    assert await is_good(db, confirm, CONFIRM)
    await codes.forget(db, ANN)
    assert not await is_good(db, confirm, CONFIRM)
    assert await is_good(db, others)


@pytest.mark.parametrize("code", ["", "x", "\x00", "\U0001f40e", "$ne"])
async def test_garbage_is_no_code(db, code):
    await make(db)
    assert not await is_good(db, code)
