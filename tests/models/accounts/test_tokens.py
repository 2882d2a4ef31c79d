"""An access token is ours, whole, in time and meant for access, or it is nothing."""

import base64
import json
import time

import jwt
import pytest

from models.accounts.errors import TokenExpired, TokenInvalid
from models.accounts.tokens import Tokens

SECRET = "a secret of thirty-two bytes, or more"
ANN, SESSION = "65a000000000000000000001", "65a000000000000000000002"


@pytest.fixture
def tokens():
    return Tokens(SECRET, 3600)


def claims(**changes):
    now = int(time.time())
    usual = {"id": ANN, "sub": ANN, "sid": SESSION, "iat": now, "exp": now + 60, "jti": "1"}
    usual |= {"iss": "accounts", "typ": "access"}
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def signed(algorithm="HS256", secret=SECRET, headers=None, **changes):
    return jwt.encode(claims(**changes), secret, algorithm=algorithm, headers=headers)


def encoded(value) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_a_token_says_whose_it_is_and_until_when(tokens):
    read = tokens.read(tokens.issue(ANN, SESSION))
    assert (read.sub, read.id, read.sid) == (ANN, ANN, SESSION)
    assert read.exp - read.iat == 3600


def test_two_tokens_of_one_user_differ(tokens):
    assert tokens.issue(ANN, SESSION) != tokens.issue(ANN, SESSION)


def test_a_token_is_good_on_a_server_whose_clock_is_behind(tokens):
    assert tokens.read(signed(iat=int(time.time()) + 30)).sub == ANN


def test_a_token_ends(tokens):
    with pytest.raises(TokenExpired):
        tokens.read(signed(iat=int(time.time()) - 60, exp=int(time.time()) - 1))


def test_a_token_lives_no_longer_than_the_setting_allows(tokens):
    with pytest.raises(TokenInvalid):
        tokens.read(signed(exp=int(time.time()) + 7200))


@pytest.mark.parametrize("claim", ["id", "sub", "sid", "iat", "exp", "jti", "iss", "typ"])
def test_a_token_that_lacks_a_claim_is_refused(tokens, claim):
    with pytest.raises(TokenInvalid):
        tokens.read(signed(**{claim: None}))


@pytest.mark.parametrize(
    "change", [{"typ": "refresh"}, {"iss": "another"}, {"sub": {"$ne": ""}}, {"id": 1}, {"exp": "soon"}, {"iat": "x"}]
)
def test_a_token_with_a_wrong_claim_is_refused(tokens, change):
    try:
        token = signed(**change)
    except TypeError:  # PyJWT does not sign all of these: sign them as an attacker with the key would.
        token = jwt.PyJWS().encode(json.dumps(claims(**change)).encode(), SECRET, algorithm="HS256")
    with pytest.raises(TokenInvalid):
        tokens.read(token)


def test_a_token_changed_anywhere_is_refused(tokens):
    token = tokens.issue(ANN, SESSION)
    for position in range(len(token) - 1):  # the last character has bits that mean nothing
        other = "A" if token[position] != "A" else "B"
        with pytest.raises(TokenInvalid):
            tokens.read(token[:position] + other + token[position + 1 :])


def test_a_token_without_a_signature_is_refused(tokens):
    unsigned = f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(claims())}."
    for token in (unsigned, signed(algorithm="none", secret=None), unsigned.replace("none", "None")):
        with pytest.raises(TokenInvalid):
            tokens.read(token)


@pytest.mark.filterwarnings("ignore:The HMAC key")
def test_a_token_of_another_algorithm_or_key_is_refused(tokens):
    for token in (signed(algorithm="HS512"), signed(secret="another key of thirty-two bytes...")):
        with pytest.raises(TokenInvalid):
            tokens.read(token)


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/key.pem"},
        {"jwk": {"kty": "oct", "k": "YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcy4uLg"}},
        {"kid": "../../../dev/null"},
    ],
)
def test_a_key_that_the_token_itself_names_counts_for_nothing(tokens, header):
    with pytest.raises(TokenInvalid):
        tokens.read(signed(secret="another key of thirty-two bytes...", headers=header))


def test_a_token_for_later_is_refused(tokens):
    with pytest.raises(TokenInvalid):
        tokens.read(signed(nbf=int(time.time()) + 60))


def test_a_token_over_four_kilobytes_is_refused_unread(tokens):
    token = signed(padding="x" * 4096)
    with pytest.raises(TokenInvalid):
        tokens.read(token)


@pytest.mark.parametrize(
    "token", ["", "a", "a.b.c", "....", "\ud800", "\x00", "ä.b.c", None, 5, b"a.b.c", {}, "=" * 99]
)
def test_what_is_no_token_at_all_is_refused(tokens, token):
    with pytest.raises(TokenInvalid):
        tokens.read(token)


@pytest.mark.parametrize(
    "header", ["[" * 2900, "[]", "null", '{"alg": 1}', '{"alg": []}', '{"alg": "HS256", "kid": 1}']
)
def test_a_token_with_a_strange_header_is_refused(tokens, header):
    with pytest.raises(TokenInvalid):
        tokens.read(f"{encoded(header)}.e30.e30")


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Tokens("x" * 31, 3600)
