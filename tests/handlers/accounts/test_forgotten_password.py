"""A forgotten password: a code by mail, for one use within the hour, and the same answer whoever asks."""

import asyncio
from dataclasses import replace

import pytest

NEW = "battery staple"


@pytest.fixture
def forgot(call, reset_code):
    """`code = await forgot(ann)`: what ann's mail says."""

    async def forgot(who) -> str:
        answer = await call("POST", "/auth/forgot-password", {"email": who.email})
        assert (answer.status, answer.json) == (200, {"ok": True})
        return await reset_code(who)

    return forgot


@pytest.fixture
def reset(call):
    async def reset(code, password=NEW, confirmation=None):
        form = {"code": code, "password": password, "passwordConfirmation": confirmation or password}
        return await call("POST", "/auth/reset-password", form)

    return reset


def incorrect(answer) -> bool:
    return (answer.status, answer.json["error"]["message"]) == (400, "Incorrect code provided")


async def test_the_code_of_the_mail_sets_a_new_password_and_logs_in(register, forgot, reset, login, me):
    ann = await register("ann")
    answer = await reset(await forgot(ann))
    assert list(answer.json) == ["jwt", "refreshToken", "user"]
    assert (await me(replace(ann, jwt=answer.json["jwt"]))).json == answer.json["user"]
    await login(ann, NEW)


@pytest.mark.slow
async def test_the_address_is_found_in_any_case_and_the_mail_goes_to_the_one_that_is_kept(register, call, reset_code):
    ann = await register("ann")
    await call("POST", "/auth/forgot-password", {"email": "ANN@Example.com"})
    assert await reset_code(ann)


async def test_the_link_leads_to_the_page_with_the_code_where_no_server_sees_it(register, call, mailbox, settings):
    ann = await register("ann")
    await call("POST", "/auth/forgot-password", {"email": ann.email})
    assert f"{settings.public_url}/#reset=" in (await mailbox.next(ann.email)).text


async def test_the_link_does_not_follow_the_host_header_of_whoever_asked(register, fetch, mailbox):
    ann = await register("ann")
    body = b'{"email": "ann@example.com"}'
    await fetch("POST", "/auth/forgot-password", body, Host="evil.example", X_Forwarded_Host="evil.example")
    assert "evil" not in (await mailbox.next(ann.email)).text


async def test_a_code_is_good_once(register, forgot, reset, login):
    ann = await register("ann")
    code = await forgot(ann)
    assert (await reset(code)).status == 200
    assert incorrect(await reset(code, "another staple"))
    await login(ann, NEW)


async def test_of_ten_at_once_with_one_code_exactly_one_succeeds(register, forgot, reset):
    code = await forgot(await register("ann"))
    answers = await asyncio.gather(*(reset(code, f"battery staple {number}") for number in range(10)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 9


async def test_a_code_is_good_for_an_hour(register, forgot, reset, time_passes):
    ann, ben = await register("ann"), await register("ben")
    hers, his = await forgot(ann), await forgot(ben)
    await time_passes(3590)
    assert (await reset(hers)).status == 200
    await time_passes(20)
    assert incorrect(await reset(his))


async def test_a_reset_ends_every_session(register, login, forgot, reset, me, refresh, refused):
    ann, ben = await register("ann"), await register("ben")
    phone = await login(ann)
    await reset(await forgot(ann))
    for each in (ann, phone):
        assert refused(await me(each)) == "session_ended"
        assert refused(await refresh(each.refresh_token)) == "session_ended"
    assert (await me(ben)).status == 200


async def test_a_code_is_kept_as_a_hash(register, forgot, kept):
    code = await forgot(await register("ann"))
    assert len(code) >= 22  # 128 bits in base64
    assert code not in await kept()


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(register, call, mailbox):
    ann = await register("ann")
    unknown = await call("POST", "/auth/forgot-password", {"email": "nobody@example.com"})
    known = await call("POST", "/auth/forgot-password", {"email": ann.email})
    assert (unknown.status, unknown.json) == (known.status, known.json) == (200, {"ok": True})
    await mailbox.next(ann.email)
    assert mailbox.mails == []


@pytest.mark.slow
async def test_a_mail_server_that_refuses_changes_nothing_in_the_answer(register, call, mailbox):
    ann = await register("ann")
    mailbox.answers = ["554 No thanks"] * 9
    answer = await call("POST", "/auth/forgot-password", {"email": ann.email})
    assert (answer.status, answer.json) == (200, {"ok": True})


async def test_a_password_that_is_refused_leaves_the_code_good(register, forgot, reset):
    code = await forgot(await register("ann"))
    for password in ("short", "password", "x" * 129, "ann@example.com"):
        assert (await reset(code, password)).json["error"]["name"] == "ValidationError"
    mismatch = await reset(code, NEW, "battery staples")
    assert (mismatch.status, mismatch.json["error"]["message"]) == (400, "Passwords do not match")
    assert (await reset(code)).status == 200


async def test_garbage_is_no_code(register, forgot, reset, login):
    ann = await register("ann")
    await forgot(ann)
    for code in ("x", "a.b.c", "\x00", "$ne", "ä", "65a000000000000000000001"):
        assert incorrect(await reset(code)), code
    for code in (None, 1, "", {"$ne": None}, ["x"], "x" * 300):
        assert [wrong["path"] for wrong in (await reset(code)).json["error"]["details"]["errors"]] == [["code"]]
    await login(ann)


async def test_a_code_lets_nobody_in_as_a_token(register, forgot, me, refresh, refused):
    ann = await register("ann")
    code = await forgot(ann)
    assert refused(await me(replace(ann, jwt=code))) == "token_invalid"
    assert refused(await refresh(code)) == "token_invalid"


async def test_one_who_is_blocked_is_not_logged_in_by_a_reset(register, forgot, reset, block):
    ann = await register("ann")
    code = await forgot(ann)
    await block(ann)
    answer = await reset(code)
    assert answer.status == 400
    assert "jwt" not in (answer.json or {})


async def test_a_code_of_before_ends_with_the_password(register, forgot, reset, call):
    ann = await register("ann")
    code = await forgot(ann)
    form = {"currentPassword": "correct horse", "password": NEW, "passwordConfirmation": NEW}
    assert (await call("POST", "/auth/change-password", form, as_=ann)).status == 200
    assert incorrect(await reset(code, "another staple"))


@pytest.mark.slow
async def test_one_reset_ends_the_other_codes_too(register, forgot, reset):
    ann = await register("ann")
    first, second = await forgot(ann), await forgot(ann)
    assert (await reset(second)).status == 200
    assert incorrect(await reset(first, "another staple"))


async def test_a_code_that_went_to_an_old_address_ends_with_the_address(register, forgot, reset, call):
    ann = await register("ann")
    code = await forgot(ann)
    change = {"email": "new@example.com", "currentPassword": "correct horse"}
    assert (await call("PATCH", "/users/me", change, as_=ann)).status == 200
    assert incorrect(await reset(code))


@pytest.mark.slow
async def test_a_code_of_one_who_is_gone_is_worth_nothing(register, forgot, reset, db):
    ann = await register("ann")
    code = await forgot(ann)
    await db.users.delete_many({})
    assert incorrect(await reset(code))
