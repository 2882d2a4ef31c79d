"""The logs agree with one that never forgets, or say that they don't know."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.recovery.logs import ENTRY_BYTES, Logs
from engine.recovery.stays import Stay
from engine.wire.message import Message

ROOMS = ("tea", "cake", "pie")
MOST, MESSAGE_BYTES, TOTAL_BYTES, AGE = 5, 50, 40 * ENTRY_BYTES, 3
rooms = st.lists(st.sampled_from(ROOMS), min_size=1, unique=True)


class Remembering(RuleBasedStateMachine):
    """Whatever is sent, and however time goes by."""

    def __init__(self):
        super().__init__()
        self.logs, self.now = Logs(MOST, MESSAGE_BYTES, TOTAL_BYTES), 0.0
        self.sent: list[tuple[int, float, list[str], Message]] = []

    @rule(names=rooms, size=st.integers(1, 60))
    def send(self, names, size):
        message = Message(b"4" * size)
        self.sent.append((self.logs.add(names, message), self.now, names, message))

    @rule(name=st.sampled_from(ROOMS), count=st.integers(1, 60))
    def burst(self, name, count):
        for _ in range(count):
            self.send([name], 30)

    @rule(seconds=st.integers(0, 2))
    def wait(self, seconds):
        self.now += seconds
        self.logs.let_go(self.now, self.now - AGE)

    def all_of(self, room, after, until):
        return [(number, at, message) for number, at, names, message in self.sent
                if room in names and after < number <= until]  # fmt: skip

    @rule(room=st.sampled_from(ROOMS), after=st.integers(0, 80), joined=st.integers(0, 80), stayed=st.integers(0, 80))
    def ask(self, room, after, joined, stayed):
        left = None if stayed > 60 else joined + stayed
        found = self.logs.of(Stay(room, joined, left), after)
        if found is None:
            return
        all_of = self.all_of(room, max(after, joined), self.logs.newest if left is None else left)
        assert [entry.number for entry in found] == [number for number, _, _ in all_of]
        for entry, (_, _, message) in zip(found, all_of, strict=True):
            assert entry.text == (message.text if message.size <= MESSAGE_BYTES else None)

    @invariant()
    def what_is_young_and_not_too_much_is_known(self):
        for room in ROOMS:
            young = [number for number, at, _ in self.all_of(room, 0, self.logs.newest) if at > self.now - AGE]
            first = young[-MOST:][:1]
            known_from = max(first[0] - 1 if first else self.logs.newest, self.logs.forgotten)
            assert self.logs.of(Stay(room, 0, None), known_from) is not None

    @invariant()
    def no_more_is_kept_than_may_be(self):
        assert self.logs.size <= TOTAL_BYTES

    def teardown(self):
        """All is let go of in the end."""
        self.logs.let_go(self.now + 1, self.now + 1)
        assert not self.logs
        assert self.logs.size == 0


TestRemembering = Remembering.TestCase


@given(st.integers(1, 200))
def test_nothing_young_is_let_go_of_for_its_age(count):
    logs = Logs(1000, 50, 10**6)
    for number in range(count):
        logs.add(["tea"], Message(b"4"))
        logs.let_go(number, number - 10)

    assert logs.forgotten == max(0, count - 10)


def test_all_that_is_too_much_goes_by_the_oldest():
    logs = Logs(1000, 50, 100 * ENTRY_BYTES)
    for _ in range(200):
        logs.add(["tea"], Message(b""))

    assert 100 <= logs.forgotten <= 107
    assert len(logs.of(Stay("tea", 0, None), logs.forgotten)) == 200 - logs.forgotten
