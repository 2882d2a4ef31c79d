"""Pages of the origins that the settings list may use the API; others may not."""

import pytest

PAGE = "https://page.example"


@pytest.fixture
def listed():
    return [PAGE]


async def test_a_preflight_of_a_listed_origin_is_allowed(fetch):
    response = await fetch("OPTIONS", "/seats", Origin=PAGE, Access_Control_Request_Method="GET")
    assert (response.code, response.body) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST, DELETE, PATCH, OPTIONS"
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://other.example", "http://page.example", "https://page.example.evil", "null"]
)
async def test_another_origin_is_not_named(fetch, origin):
    for method in ("OPTIONS", "GET"):
        response = await fetch(method, "/seats", Origin=origin)
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Vary"] == "Origin"


async def test_a_listed_origin_may_read_errors_as_well(fetch):
    for method, path in [("PATCH", "/seats"), ("GET", "/nothing/here"), ("PUT", "/seats")]:
        assert (await fetch(method, path, Origin=PAGE)).headers["Access-Control-Allow-Origin"] == PAGE


async def test_a_listed_origin_may_read_that_its_body_was_too_long(fetch):
    response = await fetch("POST", "/seats", b"x" * 70_000, Origin=PAGE)
    assert response.code == 413
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
