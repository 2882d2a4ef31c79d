"""Who is thrown out while handshakes are under way, and what is kept for that."""

import pytest

from engine.sockets.admissions import Admissions


class Handshake:
    """What stands for a socket whose handshake is under way."""

    def __init__(self, user_id: str = "anna", session_id: str | None = "phone"):
        self.user_id, self.session_id, self.user = user_id, session_id, user_id


@pytest.fixture
def admissions():
    return Admissions()


def begun(admissions, *arguments) -> Handshake:
    handshake = Handshake(*arguments)
    admissions.begin(handshake)
    return handshake


@pytest.mark.parametrize("thrown_out", [("anna",), ("anna", "phone")])
def test_a_handshake_heeds_that_its_user_or_its_session_is(admissions, thrown_out):
    handshake = begun(admissions)

    admissions.throw_out(*thrown_out)

    assert admissions.is_thrown_out(handshake)


@pytest.mark.parametrize("thrown_out", [("anna", "laptop"), ("bob",), ("bob", "phone")])
def test_a_handshake_does_not_heed_others(admissions, thrown_out):
    handshake = begun(admissions)

    admissions.throw_out(*thrown_out)

    assert not admissions.is_thrown_out(handshake)


def test_a_handshake_that_begins_later_does_not(admissions):
    first = begun(admissions)
    admissions.throw_out("anna")
    second = begun(admissions)

    assert admissions.is_thrown_out(first)
    assert not admissions.is_thrown_out(second)


def test_both_heed_one_who_is_thrown_out_again(admissions):
    first = begun(admissions)
    admissions.throw_out("anna")
    second = begun(admissions)
    admissions.throw_out("anna")

    assert admissions.is_thrown_out(first)
    assert admissions.is_thrown_out(second)


def test_with_no_handshake_under_way_nothing_is_kept(admissions):
    admissions.throw_out("anna")
    assert not admissions.thrown_out

    handshake = begun(admissions)
    admissions.throw_out("anna")
    admissions.end(handshake)

    assert not admissions.thrown_out
    assert not admissions


def test_what_is_kept_does_not_grow_while_there_is_always_one(admissions):
    handshake = begun(admissions)
    for number in range(1000):
        following = begun(admissions)
        admissions.throw_out(f"user{number}", "phone")
        admissions.throw_out("anna", "phone")
        admissions.end(handshake)
        handshake = following
        assert len(admissions.thrown_out) <= 4
        assert admissions.is_thrown_out(handshake)
