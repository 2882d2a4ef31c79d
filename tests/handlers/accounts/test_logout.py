"""Logging out ends a session on the server, not only in the browser."""

import pytest


async def test_logging_out_ends_this_session_alone(register, login, call, me, refresh, refused):
    ann = await register("ann")
    for body in (None, {}):
        phone = await login(ann)
        answer = await call("POST", "/auth/logout", body, as_=phone)
        assert (answer.status, answer.json) == (200, {"ok": True})
        assert refused(await me(phone)) == "session_ended"
        assert refused(await refresh(phone.refresh_token)) == "session_ended"
    assert (await me(ann)).status == 200
    assert (await refresh(ann.refresh_token)).status == 200


async def test_logging_out_everywhere_ends_all_of_ones_own_sessions(register, login, call, me, refresh, refused):
    ann, ben = await register("ann"), await register("ben")
    devices = [ann, await login(ann), await login(ann)]
    assert (await call("POST", "/auth/logout", {"scope": "all"}, as_=ann)).json == {"ok": True}
    for each in devices:
        assert refused(await me(each)) == "session_ended"
        assert refused(await refresh(each.refresh_token)) == "session_ended"
    assert (await me(ben)).status == 200


@pytest.mark.slow
async def test_after_logging_out_everywhere_one_logs_in_again(register, login, call, me):
    ann = await register("ann")
    await call("POST", "/auth/logout", {"scope": "all"}, as_=ann)
    assert (await me(await login(ann))).status == 200


@pytest.mark.slow
async def test_a_session_ends_once(register, call, refused):
    ann = await register("ann")
    await call("POST", "/auth/logout", as_=ann)
    assert refused(await call("POST", "/auth/logout", as_=ann)) == "session_ended"


async def test_nobody_is_logged_in_who_could_log_out(call, refused):
    assert refused(await call("POST", "/auth/logout")) == "token_missing"


@pytest.mark.slow
async def test_an_unknown_scope_is_400_and_ends_nothing(register, call, me):
    ann = await register("ann")
    for body in ({"scope": "others"}, {"scope": 1}, {"all": True}, []):
        assert (await call("POST", "/auth/logout", body, as_=ann)).status == 400
    assert (await me(ann)).status == 200
