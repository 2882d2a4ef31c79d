"""What comes again: in order, each once, all that a socket would have got if it had stayed, or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from engine.recovery.logs import EVERYBODY, Logs
from engine.recovery.record import Record
from engine.recovery.replay import missed
from engine.recovery.stays import Stays
from engine.wire.message import Message

ROOMS = ("tea", "cake", "pie")
send = st.tuples(
    st.just("send"), st.lists(st.sampled_from((*ROOMS, EVERYBODY, "me")), min_size=1, max_size=3), st.booleans()
)
move = st.tuples(st.sampled_from(("join", "leave")), st.sampled_from(ROOMS), st.none())


def record(stays: Stays) -> Record:
    return Record("pid", "me", "anna", "laptop", None, stays, 0.0)


@given(st.lists(st.one_of(send, move), max_size=60), st.integers(0, 60), st.integers(0, 10))
def test_who_comes_back_gets_what_they_would_have_got(steps, position, begun):
    logs, stays, expected = Logs(300, 64, 10**6), Stays(), []
    stays.begun = begun
    for kind, what, is_skipped in steps:
        if kind == "join":
            stays.enter(what, logs.newest)
        elif kind == "leave":
            stays.leave(what, logs.newest)
        else:
            message = Message(b"4%d" % logs.newest, [b"photo"] * (logs.newest % 2))
            message.mark(b"marker")
            number = logs.add(dict.fromkeys(what), message, ("me",) if is_skipped else ())
            is_heard = {EVERYBODY, "me", *stays} & set(what) and not is_skipped
            if is_heard and number > max(position, begun):
                expected.append((message.frames, message.size))

    found = missed(logs, record(stays), position, 300, 10**6)
    if max(position, begun) <= logs.newest:
        assert [(message.frames, message.size) for message in found] == expected
    else:
        assert found is None


def logs_of(*sizes: int) -> Logs:
    logs = Logs(300, 64, 10**6)
    for size in sizes:
        logs.add(["me"], Message(b"4" * size))
    return logs


def test_more_messages_than_may_be_are_not_known():
    assert len(missed(logs_of(1, 1, 1), record(Stays()), 0, 3, 1000)) == 3
    assert missed(logs_of(1, 1, 1), record(Stays()), 0, 2, 1000) is None


def test_more_bytes_than_may_be_are_not_known():
    assert len(missed(logs_of(20, 20, 20), record(Stays()), 0, 300, 60)) == 3
    assert missed(logs_of(20, 20, 20), record(Stays()), 0, 300, 59) is None


def test_what_was_too_large_to_be_kept_is_not_known():
    assert missed(logs_of(1, 65, 1), record(Stays()), 1, 300, 1000) is None
    assert len(missed(logs_of(1, 65, 1), record(Stays()), 2, 300, 1000)) == 1


def test_where_stays_are_forgotten_nothing_is_known_from_before():
    stays = Stays()
    stays.forgotten = 2
    assert missed(logs_of(1, 1, 1), record(stays), 1, 300, 1000) is None
    assert len(missed(logs_of(1, 1, 1), record(stays), 2, 300, 1000)) == 1
