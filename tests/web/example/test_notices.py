"""Notifications on the page, brought about by the notices of the worked example."""

import pytest

pytestmark = pytest.mark.slow


def test_on_a_phone_they_cover_nothing_and_go_when_dismissed_or_done(play):
    play("example/notices", "toastsOnAPhone")


def test_on_a_desktop_they_cover_nothing_and_are_never_many(play):
    play("example/notices", "toastsOnADesktop")
