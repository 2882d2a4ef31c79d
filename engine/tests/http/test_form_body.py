"""Forms come as browsers encode them, too, whoever has written the client."""

import json

import pytest

from engine.http.errors import ApiError
from engine.http.form_body import parse

FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def test_fields_are_what_they_say():
    assert parse(b"name=Ann+B%C3%A4r&password=%26%3D%2B&empty=") == {
        "name": "Ann Bär",
        "password": "&=+",
        "empty": "",
    }


@pytest.mark.parametrize(
    "body", [b"name", b"null", b"=&", b"a=1&a=2", b"a=%ff", b"a=\xff", b"&".join([b"a%d=" % n for n in range(2000)])]
)
def test_anything_else_is_refused_with_a_sentence(body):
    with pytest.raises(ApiError) as refused:
        parse(body)
    assert refused.value.status_code == 400
    assert refused.value.message.startswith("The body ")


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"],
)
async def test_a_handler_takes_a_form_where_it_takes_json(fetch, content_type):
    response = await fetch("POST", "/seats", b"row=1&name=Ann+B%C3%A4r", Content_Type=content_type)
    assert json.loads(response.body) == {"row": 1, "name": "Ann Bär"}


async def test_a_field_that_does_not_fit_is_named(fetch, error_of):
    error = error_of(await fetch("POST", "/seats", b"row=x&name=Ann&admin=true", **FORM))
    assert [wrong["path"] for wrong in error["details"]["errors"]] == [["row"], ["admin"]]


@pytest.mark.parametrize("body", [b'{"row": 1, "name": "Ann"}', b'\xef\xbb\xbf {"row": 1, "name": "Ann"}'])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
async def test_json_is_read_whatever_the_client_calls_it(fetch, body, content_type):
    response = await fetch("POST", "/seats", body, Content_Type=content_type)
    assert json.loads(response.body) == {"row": 1, "name": "Ann"}
