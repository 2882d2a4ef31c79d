"""Which channels are asked for: the final state of each turn, and when it holds."""

import asyncio

import pytest

from engine.backplane.redis.commands import pack
from engine.backplane.redis.subscriptions import Subscriptions


@pytest.fixture
def subscriptions():
    return Subscriptions()


@pytest.fixture
def on_tea(subscriptions):
    """Redis has been asked for the channel `tea`."""
    subscriptions.want(b"tea")
    subscriptions.take()
    return subscriptions


def test_what_is_wanted_is_subscribed_in_one_command(subscriptions):
    subscriptions.want(b"tea")
    subscriptions.want(b"cake")

    assert subscriptions.take() == (pack("SUBSCRIBE", "tea", "cake"), b"")
    assert subscriptions.take() == (b"", b"")


def test_changes_of_one_turn_collapse_to_the_final_state(on_tea):
    on_tea.give_up(b"tea")
    on_tea.want(b"tea")
    on_tea.want(b"cake")
    on_tea.give_up(b"cake")

    assert on_tea.take() == (b"", b"")


def test_what_is_given_up_is_unsubscribed(on_tea):
    on_tea.give_up(b"tea")

    assert on_tea.take() == (b"", pack("UNSUBSCRIBE", "tea"))


def test_thousands_are_subscribed_in_portions(subscriptions):
    for number in range(2500):
        subscriptions.want(b"%d" % number)

    before, _ = subscriptions.take()

    assert before.count(b"SUBSCRIBE") == 3


def test_a_new_connection_is_asked_for_all_that_is_wanted(on_tea):
    on_tea.want(b"cake")
    on_tea.take()
    on_tea.give_up(b"cake")
    on_tea.begin_anew()

    assert on_tea.take() == (pack("SUBSCRIBE", "tea"), b"")


async def test_a_channel_is_there_once_the_latest_request_for_it_is_confirmed(on_tea):
    on_tea.give_up(b"tea")
    on_tea.take()
    on_tea.want(b"tea")
    on_tea.take()
    waiting = asyncio.ensure_future(on_tea.confirmed([b"tea"]))
    await asyncio.sleep(0)

    on_tea.confirm(b"tea")
    await asyncio.sleep(0)
    assert not waiting.done()
    on_tea.confirm(b"tea")
    await waiting


async def test_who_waits_for_a_channel_that_is_given_up_waits_no_longer(on_tea):
    waiting = asyncio.ensure_future(on_tea.confirmed([b"tea"]))
    await asyncio.sleep(0)

    on_tea.give_up(b"tea")

    await waiting


async def test_who_waits_goes_on_waiting_on_a_new_connection(on_tea):
    waiting = asyncio.ensure_future(on_tea.confirmed([b"tea"]))
    await asyncio.sleep(0)

    on_tea.begin_anew()
    on_tea.take()
    on_tea.confirm(b"tea")

    await waiting
