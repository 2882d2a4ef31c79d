"""Who is in which room: the index both ways, and who is told of a room's first member and its last."""

import pytest

from engine.hub import Hub
from engine.recovery.stays import Stays


class Member:
    """What stands for a socket."""

    def __init__(self, socket_id: str, *rooms: str, namespace: str = "/"):
        self.id, self.stays, self.namespace = socket_id, Stays(), namespace
        for room in rooms:
            self.stays.enter(room, 0)

    @property
    def rooms(self):
        return set(self.stays)


class Told(list):
    """A listener that writes down what it is told."""

    number = 0

    def opened(self, room, namespace):
        self.append(("opened", room, namespace))

    def emptied(self, room, namespace):
        self.append(("emptied", room, namespace))

    def moved(self, socket):
        pass


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def hub(told):
    return Hub(told)


def added(hub, *arguments, **options) -> Member:
    member = Member(*arguments, **options)
    hub.add(member)
    return member


def test_a_socket_is_added_with_the_rooms_that_it_has(hub, told):
    anna = added(hub, "1", "tea", "cake")

    assert set(hub.members("tea")) == set(hub.members("cake")) == {anna}
    assert sorted(told) == [("opened", "cake", "/"), ("opened", "tea", "/")]


def test_only_the_first_member_and_the_last_are_told_of(hub, told):
    anna, bob = added(hub, "1"), added(hub, "2")

    hub.enter(anna, "tea")
    hub.enter(bob, "tea")
    hub.leave(anna, "tea")
    assert told == [("opened", "tea", "/")]

    hub.leave(bob, "tea")
    assert told == [("opened", "tea", "/"), ("emptied", "tea", "/")]


def test_entering_and_leaving_twice_is_told_once(hub, told):
    anna = added(hub, "1")

    for call in (hub.enter, hub.enter, hub.leave, hub.leave):
        call(anna, "tea")

    assert told == [("opened", "tea", "/"), ("emptied", "tea", "/")]


def test_whoever_is_removed_leaves_every_room_and_still_knows_where_it_was(hub, told):
    anna, bob = added(hub, "1", "tea", "cake"), added(hub, "2", "cake")
    told.clear()

    hub.remove(anna)
    hub.remove(anna)

    assert told == [("emptied", "tea", "/")]
    assert set(hub.members("cake")) == {bob}
    assert anna.rooms == {"tea", "cake"}
    assert hub.accepted("1") is None


def test_a_room_that_is_closed_is_empty(hub, told):
    anna, bob = added(hub, "1", "tea"), added(hub, "2", "tea", "cake")
    told.clear()

    hub.close("tea")

    assert told == [("emptied", "tea", "/")]
    assert not hub.members("tea")
    assert (anna.rooms, bob.rooms) == (set(), {"cake"})
    assert hub.rooms == {"/": {"cake": {bob}}}


def test_rooms_of_one_name_in_two_namespaces_are_two(hub, told):
    anna, bob = added(hub, "1", "tea"), added(hub, "2", "tea", namespace="/chat")
    hub.leave(anna, "tea")

    assert set(hub.members("tea", "/chat")) == {bob}
    assert told == [("opened", "tea", "/"), ("opened", "tea", "/chat"), ("emptied", "tea", "/")]


def test_who_is_not_accepted_is_in_no_room_and_nobody_is_told(hub, told):
    anna = Member("1")
    hub.hold(anna)

    hub.enter(anna, "tea")

    assert not hub.members("tea")
    assert anna.rooms == {"tea"}
    assert told == []
    assert hub.find("1") is anna
    assert hub.accepted("1") is None


def test_the_rooms_that_it_entered_before_count_once_it_is_accepted(hub, told):
    anna = Member("1")
    hub.hold(anna)
    hub.enter(anna, "tea")

    hub.add(anna)

    assert set(hub.members("tea")) == {anna}
    assert hub.held == {}


def test_leaving_a_room_in_which_only_others_are_changes_nothing(hub, told):
    anna, bob = added(hub, "1"), added(hub, "2", "tea")

    hub.leave(anna, "tea")
    hub.leave(anna, "nowhere")

    assert set(hub.members("tea")) == {bob}
    assert told == [("opened", "tea", "/")]


def test_members_of_several_rooms_come_once(hub):
    anna, bob = added(hub, "1", "tea", "cake"), added(hub, "2", "cake")

    assert sorted(member.id for member in hub.members(["tea", "cake"])) == ["1", "2"]
    assert set(hub.members(["tea", "nowhere"])) == {anna}
    assert set(hub.members([])) == set()
    assert set(hub.everybody()) == {anna, bob}


def test_each_socket_is_a_room_of_its_own_in_its_namespace(hub):
    anna = added(hub, "1", namespace="/chat")

    assert list(hub.members("1", "/chat")) == [anna]
    assert list(hub.members(["1"], "/chat")) == [anna]
    assert not hub.members("1")


def test_a_namespace_that_is_empty_again_is_none(hub):
    anna = added(hub, "1", namespace="/chat")
    assert hub.namespaces() == ["/chat"]

    hub.remove(anna)

    assert hub.namespaces() == []


def test_an_id_of_nobody_raises(hub):
    added(hub, "1", namespace="/chat")

    with pytest.raises(ValueError, match="not connected"):
        hub.socket("1", "/")
