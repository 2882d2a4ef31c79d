"""Only proxies that we trust may say whom they speak for."""

import pytest

from engine.http.client_address import Proxies

PROXIES = ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("fd00::1", "2001:db8:0:0::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, <script>", "10.0.0.1"),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("", "1.1.1.1", ""),
    ],
)
def test_the_client_is_the_last_one_whom_no_trusted_proxy_vouches_beyond(peer, forwarded_for, client):
    assert Proxies(PROXIES).client(peer, forwarded_for) == client


def test_without_trusted_proxies_the_header_means_nothing():
    assert Proxies().client("10.0.0.1", "1.1.1.1") == "10.0.0.1"
