"""Bounds that the engine and the models both hold, without knowing each other, are the same."""

from engine.process import secret
from engine.tokens import finding
from models.accounts import tokens


def test_what_sockets_take_for_a_token_is_as_long_as_what_models_read():
    assert finding.LONGEST_TOKEN == tokens.LONGEST_TOKEN


def test_the_shortest_secret_that_starts_the_app_is_one_that_signs_tokens():
    assert secret.SHORTEST_SECRET_BYTES == tokens.SHORTEST_SECRET_BYTES
