"""Origins are the same however they are written, and what can be nobody's origin is none."""

import pytest

from engine.http.origin import normal


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.com", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("http://app.example.com:443", "http://app.example.com:443"),
        ("http://localhost:03000", "http://localhost:3000"),
        ("wss://app.example.com", "https://app.example.com"),
        ("ws://app.example.com:80", "http://app.example.com"),
        ("ws://localhost:8888", "http://localhost:8888"),
        ("http://[0:0:0:0:0:0:0:1]:8888", "http://[::1]:8888"),
        ("http://127.0.0.1:8888", "http://127.0.0.1:8888"),
        ("http://my_host", "http://my_host"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("tauri://localhost:80", "tauri://localhost:80"),
        ("app://.", "app://."),
        ("file://", "file://"),
        ("chrome-extension://abcdefgh", "chrome-extension://abcdefgh"),
    ],
)
def test_an_origin_has_one_normal_form(written, means):
    assert normal(written) == means


@pytest.mark.parametrize(
    "written",
    [
        "null",
        "*",
        "",
        "app.example.com",
        "//app.example.com",
        "https:",
        "https://",
        "https://*.example.com",
        "capacitor://*",
        "https://app.example.com/",
        "https://app.example.com?x",
        "https://ann@app.example.com",
        "https://a.example, https://b.example",
        "https://app.example.com:x",
        "https://app.example.com:",
        "https://app.example.com:65536",
        "https://bücher.example",
        "http://127.1",
        "http://256.0.0.1",
        "http://[::1",
        "http://[]",
        "http://[1.2.3.4]",
        "https://app example.com",
    ],
)
def test_what_no_page_can_have_is_none(written):
    with pytest.raises(ValueError, match=r".+"):
        normal(written)
