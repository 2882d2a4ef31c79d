"""What one link may make the server do: the arithmetic of it, by a clock that stands still."""

from types import SimpleNamespace

import pytest

from engine.limits import Limits
from engine.transport.budget import BURST_SECONDS, SHORTEST_REST_SECONDS, Budget


class Client(Budget):
    asked = False


@pytest.fixture
def clock():
    return SimpleNamespace(time=1000.0)


@pytest.fixture
def client(clock, monkeypatch):
    monkeypatch.setattr("asyncio.get_running_loop", lambda: SimpleNamespace(time=lambda: clock.time))
    return Client(SimpleNamespace(limits=Limits(events_per_second=10, events_asked=50)))


def test_a_burst_of_two_seconds_is_free(client):
    assert not client.spend(20)
    assert client.rest() == 0


def test_what_is_over_has_to_rest_for_as_long_as_it_takes(client, clock):
    assert client.spend(25)
    assert client.rest() == pytest.approx(0.5)
    clock.time += 0.3
    assert client.rest() == pytest.approx(0.2)
    clock.time += 0.2 + 1e-9
    assert client.rest() == 0


def test_on_average_it_is_the_rate_however_it_is_cut(client, clock):
    began, packets = clock.time, 0
    while packets < 1000:
        client.spend(7)
        packets += 7
        clock.time += client.rest()
    assert packets / 10 - BURST_SECONDS == pytest.approx(clock.time - began, abs=1)


def test_who_was_silent_has_no_more_than_a_burst(client, clock):
    clock.time += 3600
    assert not client.spend(20)
    assert client.spend(1)


def test_a_burst_comes_back_while_nothing_is_read(client, clock):
    client.spend(20)
    clock.time += BURST_SECONDS
    assert not client.spend(20)
    assert client.spend(1)


def test_a_rest_is_never_shorter_than_what_ending_it_costs(client):
    client.spend(20)
    client.eio.limits.events_per_second = 1e6
    client.spend(1)
    assert client.rest() == SHORTEST_REST_SECONDS


def test_what_is_refunded_costs_nothing(client):
    for _ in range(100):
        assert not client.spend(10)
        client.refund(10)


def test_who_is_asked_is_read_on_credit_up_to_a_bound(client):
    client.asked = True
    assert client.spend(70)
    assert client.rest() == 0
    client.spend(5)
    assert client.rest() == pytest.approx(0.5)
    client.asked = False
    assert client.rest() == pytest.approx(5.5)
