"""Accounts: register, log in, who am I."""

import asyncio
import json
from urllib.parse import urlencode

import pytest

from models.accounts import passwords
from models.accounts.tokens import Tokens

HASHER = passwords.hasher  # before tests get a quick one
PREFIXES = ["", "/api"]
FIELDS = ["id", "username", "email", "provider", "confirmed", "blocked", "role", "createdAt", "updatedAt"]
ANN = {"username": "Ann", "email": "Ann@Example.com", "password": "correct horse"}
REGISTER, LOGIN = "/auth/local/register", "/auth/local"


def credentials(identifier="ann", password="correct horse") -> dict:
    return {"identifier": identifier, "password": password}


@pytest.fixture
def slow_passwords(monkeypatch):
    """For tests that are about what a password costs."""
    monkeypatch.setattr(passwords, "hasher", HASHER)


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_one_who_registers_is_logged_in(call, fetch, prefix):
    answer = await call("POST", prefix + REGISTER, ANN)
    assert answer.status == 200
    assert list(answer.json) == ["jwt", "refreshToken", "user"]
    me = await fetch("GET", f"{prefix}/users/me", token=answer.json["jwt"])
    assert json.loads(me.body) == answer.json["user"]


async def test_a_user_is_all_of_their_fields_and_never_a_hash(call):
    answer = await call("POST", REGISTER, ANN)
    user = answer.json["user"]
    assert list(user) == FIELDS
    assert user["username"] == "Ann"
    assert user["email"] == "ann@example.com"
    assert (user["provider"], user["confirmed"], user["blocked"], user["role"]) == (
        "local", True, False, "authenticated",
    )  # fmt: skip
    assert isinstance(user["id"], str)
    assert user["createdAt"] == user["updatedAt"]
    assert user["createdAt"].endswith("Z")
    assert "argon2" not in json.dumps(answer.json)


@pytest.mark.parametrize("encoded", [urlencode, lambda form: "\ufeff" + json.dumps(form)])
async def test_accounts_take_forms_as_browsers_encode_them_and_json_with_a_byte_order_mark(fetch, encoded):
    registered = await fetch("POST", REGISTER, encoded(ANN).encode())
    answer = await fetch("POST", LOGIN, encoded(credentials()).encode())
    assert answer.code == 200
    assert json.loads(answer.body)["user"] == json.loads(registered.body)["user"]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("identifier", ["Ann", "ann", "ANN", "ann@example.com", "Ann@EXAMPLE.com"])
async def test_a_user_logs_in_by_name_or_email_in_any_case(call, prefix, identifier):
    registered = await call("POST", REGISTER, ANN)
    answer = await call("POST", prefix + LOGIN, credentials(identifier))
    assert answer.status == 200
    assert answer.json["user"] == registered.json["user"]


@pytest.mark.parametrize(
    "twin",
    [
        {"username": "ann", "email": "other@example.com"},
        {"username": "\uff21\uff2e\uff2e", "email": "other@example.com"},
        {"username": "other", "email": "ann@example.com"},
        {"username": "other", "email": "ANN@EXAMPLE.COM"},
    ],
)
async def test_a_name_or_email_is_given_once_in_whatever_case(call, twin):
    await call("POST", REGISTER, ANN)
    answer = await call("POST", REGISTER, {**ANN, **twin})
    assert answer.status == 400
    assert answer.json["error"] == {
        "status": 400,
        "name": "ApplicationError",
        "message": "Email or Username are already taken",
        "details": {},
    }


@pytest.mark.slow
async def test_of_a_hundred_who_register_one_name_at_once_exactly_one_succeeds(call, db):
    forms = [{**ANN, "email": f"ann{number}@example.com"} for number in range(100)]
    answers = await asyncio.gather(*(call("POST", REGISTER, form) for form in forms))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 99
    refusals = {answer.json["error"]["message"] for answer in answers if answer.status == 400}
    assert refusals == {"Email or Username are already taken"}
    assert await db.users.count_documents({}) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "an"),
        ("username", "x" * 31),
        ("username", "ann@example.com"),
        ("username", "a b c"),
        ("username", "ann\x00"),
        ("username", None),
        ("username", 12345),
        ("username", {"$gt": ""}),
        ("email", "ann"),
        ("email", "ann@"),
        ("email", ["ann@example.com"]),
        ("email", {"$ne": None}),
        ("password", "short"),
        ("password", "x" * 129),
        ("password", {"$ne": None}),
        ("password", 1234567890),
        ("role", "admin"),
        ("confirmed", True),
        ("_id", "65a000000000000000000001"),
        ("$where", "1"),
    ],
)
async def test_a_registration_with_a_wrong_field_is_400_and_names_it(call, db, field, value):
    answer = await call("POST", REGISTER, {**ANN, field: value})
    assert answer.status == 400
    assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [[field]]
    assert await db.users.count_documents({}) == 0


@pytest.mark.parametrize("field", ["username", "email", "password"])
async def test_a_registration_without_a_field_is_400_and_names_it(call, field):
    answer = await call("POST", REGISTER, {name: value for name, value in ANN.items() if name != field})
    assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [[field]]


@pytest.mark.parametrize("body", [b'{"password": "\\ud800xxxxxxx"}', b'{"password": "\xed\xa0\x80xxxxxxx"}'])
async def test_half_a_character_is_no_password(fetch, error_of, body):
    assert error_of(await fetch("POST", REGISTER, body))["message"].startswith("The body must be")


async def test_a_password_may_hold_any_characters(call):
    password = "\x00 ä 🐎\n\t\x7f$ne"
    assert (await call("POST", REGISTER, {**ANN, "password": password})).status == 200
    assert (await call("POST", LOGIN, credentials(password=password))).status == 200
    assert (await call("POST", LOGIN, credentials(password=password[:-1]))).status == 400


async def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(call, register):
    await register("ann")
    refusals = [
        await call("POST", LOGIN, credentials(identifier, "wrong horse"))
        for identifier in ("ann", "ann@example.com", "nobody", "nobody@example.com", "$ne", "\x00")
    ]
    assert all(refusal.status == 400 for refusal in refusals)
    assert all(refusal.json == refusals[0].json for refusal in refusals)
    assert refusals[0].json["error"]["message"] == "Invalid identifier or password"
    assert refusals[0].json["error"]["name"] == "ValidationError"


@pytest.mark.parametrize("password", [{"$ne": None}, {"$gt": ""}, None, 1, ["correct horse"], True, ""])
async def test_a_login_with_something_else_than_a_password_is_400_and_names_it(call, register, password):
    await register("ann")
    answer = await call("POST", LOGIN, credentials(password=password))
    assert answer.status == 400
    assert [wrong["path"] for wrong in answer.json["error"]["details"]["errors"]] == [["password"]]


async def test_a_blocked_user_cannot_log_in_and_their_token_ends(call, register, db):
    ann = await register("ann")
    await db.users.update_one({"username": "ann"}, {"$set": {"blocked": True}})
    assert (await call("POST", LOGIN, credentials())).json["error"]["name"] == "ApplicationError"
    wrong = await call("POST", LOGIN, credentials(password="wrong horse"))
    assert wrong.json["error"]["message"] == "Invalid identifier or password"
    refused = await call("GET", "/users/me", as_=ann)
    assert (refused.status, refused.json["error"]["details"]) == (401, {"code": "user_blocked"})


async def test_the_token_of_a_user_who_is_gone_is_401(call, register, db):
    ann = await register("ann")
    await db.users.delete_one({"username": "ann"})
    refused = await call("GET", "/users/me", as_=ann)
    assert (refused.status, refused.json["error"]["details"]) == (401, {"code": "user_unknown"})


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer a.b.c", "Bearer \xff"]
)
async def test_what_is_no_token_is_401(fetch, error_of, authorization):
    response = await fetch("GET", "/users/me", Authorization=authorization)
    assert response.code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert error_of(response)["name"] == "UnauthorizedError"


async def test_a_token_that_has_ended_is_401_and_says_so(app, call, register):
    ann = await register("ann")
    ann.jwt = Tokens("s" * 32, -1).issue(ann.id, "65a000000000000000000001")
    refused = await call("GET", "/users/me", as_=ann)
    assert (refused.status, refused.json["error"]["details"]) == (401, {"code": "token_expired"})
    assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_of_another_server_is_401(call, register):
    ann = await register("ann")
    ann.jwt = Tokens("another secret of thirty-two bytes", 60).issue(ann.id, "65a000000000000000000001")
    refused = await call("GET", "/users/me", as_=ann)
    assert (refused.status, refused.json["error"]["details"]) == (401, {"code": "token_invalid"})


async def test_a_bad_token_does_not_keep_anyone_from_logging_in(fetch, register):
    await register("ann")
    assert (await fetch("POST", LOGIN, json.dumps(credentials()).encode(), token="x")).code == 200


async def test_more_logins_than_the_queue_holds_are_told_to_come_back(call, register, slow_passwords, monkeypatch):
    await register("ann")
    monkeypatch.setattr(passwords, "pool", passwords.Pool(workers=1, waiting=4))
    answers = await asyncio.gather(*(call("POST", LOGIN, credentials()) for _ in range(30)))
    busy = [answer for answer in answers if answer.status == 503]
    assert len(busy) > 10
    assert len(answers) - len(busy) >= 5
    assert busy[0].headers["Retry-After"] == "2"
    assert busy[0].json["error"]["name"] == "ServiceUnavailableError"
