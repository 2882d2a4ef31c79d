"""When a socket was in which room."""

from engine.recovery.stays import MOST_PAST, Stay, Stays


def test_a_socket_is_in_a_room_since_its_first_join():
    stays = Stays()
    stays.enter("tea", 3)
    stays.enter("tea", 5)

    assert list(stays.since(0)) == [Stay("tea", 3, None)]


def test_a_stay_that_has_ended_is_known_as_long_as_it_concerns_anybody():
    stays = Stays()
    stays.enter("tea", 3)
    stays.leave("tea", 7)
    stays.enter("tea", 9)

    assert list(stays.since(6)) == [Stay("tea", 9, None), Stay("tea", 3, 7)]
    assert list(stays.since(7)) == [Stay("tea", 9, None)]


def test_leaving_a_room_that_the_socket_is_not_in_changes_nothing():
    stays = Stays()
    stays.leave("tea", 7)

    assert list(stays.since(0)) == []


def test_of_too_many_stays_it_is_known_that_some_are_forgotten():
    stays = Stays()
    for number in range(MOST_PAST + 1):
        stays.enter("tea", 2 * number)
        stays.leave("tea", 2 * number + 1)

    assert len(list(stays.since(0))) == MOST_PAST
    assert stays.forgotten == 1


def test_a_copy_changes_by_itself():
    stays = Stays()
    stays.enter("tea", 3)
    stays.leave("tea", 4)
    copy = stays.copy()
    copy.enter("cake", 5)
    copy.leave("cake", 6)

    assert list(stays.since(0)) == [Stay("tea", 3, 4)]
    assert list(copy.since(0)) == [Stay("tea", 3, 4), Stay("cake", 5, 6)]
