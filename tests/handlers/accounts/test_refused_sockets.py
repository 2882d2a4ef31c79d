"""Who the real app refuses, with real tokens and a real database."""

import json

import pytest

from models.accounts.tokens import Tokens
from realtime import io

SESSION = "65a000000000000000000001"


@pytest.fixture
def refusal(wire, limits):
    """`await refusal(token)`: what the CONNECT_ERROR says whose token this is."""

    limits(refused_seconds=0.05)

    async def refusal(token: str | None) -> dict:
        opened = await wire()
        packet = await opened.join(token)
        assert packet.startswith("44{"), packet
        error = json.loads(packet[2:])
        assert error["message"]
        await io.broadcast("news")
        assert await opened.rest() == []
        return error["data"]

    return refusal


@pytest.fixture
def anna(register, io_loop):
    return io_loop.run_sync(lambda: register("anna"))


async def test_with_a_token_of_the_login_a_user_is_let_in(anna, wire):
    assert (await (await wire()).join(anna.jwt)).startswith("40")
    assert await io.online(anna.id)


async def test_no_token(refusal):
    assert await refusal(None) == {"code": "token_missing"}


async def test_an_invalid_token(refusal, anna):
    assert await refusal(anna.jwt[:-4] + "AAAA") == {"code": "token_invalid"}


async def test_a_token_of_another_secret(refusal, anna):
    assert await refusal(Tokens("another" * 8, 60).issue(anna.id, SESSION)) == {"code": "token_invalid"}


async def test_an_expired_token(refusal, anna, settings):
    assert await refusal(Tokens(settings.jwt_secret, -3600).issue(anna.id, SESSION)) == {"code": "token_expired"}


async def test_a_user_who_is_no_more(refusal, anna, db):
    await db.users.delete_many({})

    assert await refusal(anna.jwt) == {"code": "user_unknown"}


async def test_a_user_who_is_blocked(refusal, anna, db):
    await db.users.update_many({}, {"$set": {"blocked": True}})

    assert await refusal(anna.jwt) == {"code": "user_blocked"}
