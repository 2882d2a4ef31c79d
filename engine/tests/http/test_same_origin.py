"""A page of another site can't use the cookie that the browser sends along with its requests."""

from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from engine.http.client_address import Proxies
from engine.http.errors import ApiError
from engine.http.origins import Origins

PROXY = "10.0.0.1"


def is_refused(host: str = "app.example.com", **headers: str) -> bool:
    named = HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()} | {"Host": host})
    line = RequestStartLine("POST", "/auth/refresh", "HTTP/1.1")
    request = HTTPServerRequest(start_line=line, headers=named, connection=SimpleNamespace(context=None))
    request.remote_ip = PROXY
    try:
        Origins(proxies=Proxies([PROXY])).check_own(request)
    except ApiError as error:
        return error.status_code == 403
    return False


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_page_passes(site):
    assert not is_refused(Sec_Fetch_Site=site, Origin="https://app.example.com")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "same-origin, cross-site", "something new"])
def test_what_the_browser_says_to_be_of_another_origin_is_refused(site):
    assert is_refused(Sec_Fetch_Site=site)
    assert is_refused(Sec_Fetch_Site=site, Origin="https://app.example.com")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://app.example.com", "app.example.com"),
        ("https://app.example.com", "app.example.com:443"),
        ("https://APP.example.com", "app.example.com"),
        ("http://app.example.com", "app.example.com"),
        ("http://localhost:8888", "localhost:8888"),
        ("http://[::1]:8888", "[::1]:8888"),
    ],
)
def test_the_page_of_an_older_browser_passes_by_its_origin(origin, host):
    assert not is_refused(host, Origin=origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://evil.example.com",
        "https://app.example.com:8443",
        "https://app.example.com@evil.example",
        "https://evil@app.example.com",
        "ftp://app.example.com",
        "https://",
        "https://[",
        "https://app.example.com:x",
        "app.example.com",
        "null",
        "",
    ],
)
def test_the_page_of_another_site_is_refused_by_its_origin(origin):
    assert is_refused(Origin=origin)


def test_a_page_that_came_without_tls_is_another_one_where_the_proxy_tells():
    assert is_refused(Origin="http://app.example.com", X_Forwarded_Proto="https")
    assert not is_refused(Origin="https://app.example.com", X_Forwarded_Proto="https")


def test_what_no_browser_sends_passes():
    assert not is_refused()
