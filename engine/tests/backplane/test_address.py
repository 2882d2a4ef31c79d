"""Where Redis is, from its URL."""

import ssl

import pytest

from engine.backplane.redis.address import parse


def test_a_url_names_server_user_and_database():
    address = parse("redis://ann:se%40cret@redis.example.com:7000/3")

    assert address[:6] == ("redis.example.com", 7000, "", "ann", "se@cret", 3)
    assert address.tls is None


@pytest.mark.parametrize("url", ["redis://redis.example.com", "redis://redis.example.com/"])
def test_port_and_database_have_defaults(url):
    assert parse(url)[:6] == ("redis.example.com", 6379, "", "", "", 0)


def test_a_password_needs_no_user():
    assert parse("redis://:secret@localhost").password == "secret"


def test_a_unix_socket_is_a_path():
    address = parse("unix://:secret@/run/my%20redis.sock?db=2")

    assert (address.path, address.password, address.db) == ("/run/my redis.sock", "secret", 2)


def test_an_address_of_ipv6_stands_in_brackets():
    assert parse("redis://[::1]:6380")[:2] == ("::1", 6380)


def test_rediss_is_tls_with_a_certificate_that_is_checked():
    tls = parse("rediss://redis.example.com").tls

    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert parse("rediss://redis.example.com?ssl_cert_reqs=none").tls.verify_mode == ssl.CERT_NONE


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rediss://ann:secret@redis.example.com", "rediss://redis.example.com:6379"),
        ("unix://:secret@/run/redis.sock", "unix:///run/redis.sock"),
    ],
)
def test_people_read_it_without_the_password(url, shown):
    assert str(parse(url)) == shown


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis.example.com:6379", "begin with redis://"),
        ("http://redis.example.com", "begin with redis://"),
        ("redis://redis.example.com:port", "look like redis://"),
        ("redis://redis.example.com:99999", "look like redis://"),
        ("redis://redis.example.com/users", "digits"),
        ("redis://redis.example.com/²", "digits"),
        ("redis://secret@redis.example.com", "colon"),
        ("unix://", "path of a socket"),
        ("redis://redis.example.com?timeout=3", "timeout is no option"),
        ("redis://redis.example.com?ssl_cert_reqs=none", "no option"),
        ("rediss://redis.example.com?ssl_cert_reqs=never", "required or none"),
        ("rediss://redis.example.com?ssl_ca_certs=/no/such.pem", "no file"),
        (f"rediss://redis.example.com?ssl_ca_certs={__file__}", "no certificates"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_without_the_password(url, sentence):
    with pytest.raises(ValueError, match=sentence) as raised:
        parse(url)

    assert "secret@" not in str(raised.value)
