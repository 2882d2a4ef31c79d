"""Whatever is sent to whatever route: an answer in JSON, never a 500, a hash or a traceback."""

import json
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROUTES = [
    "/auth/local/register", "/auth/local", "/users/me", "/rooms", "/rooms/{id}", "/rooms/{id}/members",
    "/rooms/{id}/members/{id}", "/rooms/{id}/messages", "/notices", "/healthz", "/web/{id}", "/{id}",
]  # fmt: skip
KEYS = st.sampled_from(["username", "email", "password", "identifier", "name", "text", "to", "$ne", "_id"]) | st.text()
TEXTS = st.text(max_size=40) | st.sampled_from(["ann", "ann@example.com", "correct horse", "65a000000000000000000001"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))
JSON = st.dictionaries(KEYS, VALUES, max_size=5).map(lambda value: json.dumps(value).encode())
PATH_PARTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.just("{room}")
QUERIES = st.dictionaries(st.sampled_from(["before", "limit", "x"]), TEXTS, max_size=3)


def test_anything_gets_an_answer_and_never_a_500(io_loop, register, call, fetch):
    from urllib.parse import quote, urlencode

    ann = io_loop.run_sync(partial(register, "ann"))
    room = io_loop.run_sync(partial(call, "POST", "/rooms", {"name": "Tea"}, as_=ann)).json

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        route=st.sampled_from(ROUTES),
        prefix=st.sampled_from(["", "/api"]),
        part=PATH_PARTS,
        query=QUERIES,
        body=JSON | VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=100),
        known=st.booleans(),
    )
    def answers(method, route, prefix, part, query, body, known):
        part = quote(part.replace("{room}", room["id"]), safe="")
        path = prefix + route.replace("{id}", part) + "?" + urlencode(query)
        token = ann.jwt if known else ""
        response = io_loop.run_sync(partial(fetch, method, path, None if method == "GET" else body, token))
        assert response.code < 500
        assert b"argon2" not in (response.body or b"")
        assert b"Traceback" not in (response.body or b"")
        if response.code >= 400:
            assert json.loads(response.body)["error"]["status"] == response.code

    answers()
