"""What may go out, and how it is written."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Network
from pathlib import Path

import pytest
from pydantic import BaseModel, HttpUrl, RootModel, SecretStr, field_serializer

from engine.wire.json_out import dumps
from engine.wire.packet import ACK, encode, encode_event

NOON = datetime(2030, 1, 2, 12, 0, tzinfo=UTC)


class Page(BaseModel):
    url: HttpUrl = HttpUrl("https://example.com/tea")
    price: Decimal = Decimal("1.10")
    tags: set[str] = {"tea"}
    fresh: timedelta = timedelta(minutes=90)
    address: IPv4Address = IPv4Address("192.0.2.1")
    network: IPv6Network = IPv6Network("2001:db8::/32")
    path: Path = Path("/tea")
    cups: dict[int, str] = {1: "first"}
    pots: dict[Decimal, tuple[Decimal, ...]] = {Decimal("0.5"): (Decimal("2"),)}
    at: datetime = NOON
    secret: SecretStr = SecretStr("milk first")
    big: int = 2**70


class Upload(Page):
    file: bytes
    parts: dict[int, list[bytes]] = {}


class Price(BaseModel):
    cents: int

    @field_serializer("cents", when_used="json")
    def euros(self, cents: int) -> str:
        return f"{cents / 100:.2f} €"


@dataclass
class Reply:
    page: Page


class Size(Enum):
    LARGE = 2**80


@pytest.mark.parametrize("model", [Page(), Price(cents=110), RootModel[set[Decimal]]({Decimal("1.5")})])
def test_a_model_is_its_own_json_wherever_it_stands(model):
    own = json.loads(model.model_dump_json())
    assert json.loads(dumps(model)) == own
    assert json.loads(dumps(["a", {"b": [model]}], [])) == ["a", {"b": [own]}]
    assert json.loads(dumps(Reply(model))) == {"page": own}


def test_bytes_of_a_model_are_attachments_and_the_rest_is_its_own_json():
    attachments = []
    written = json.loads(dumps(Upload(file=b"\xff", parts={1: [b"a", b"b"]}), attachments))
    places = [{"_placeholder": True, "num": number} for number in range(3)]
    assert written == json.loads(Page().model_dump_json()) | {"file": places[0], "parts": {"1": places[1:]}}
    assert attachments == [b"\xff", b"a", b"b"]


def test_bytes_of_a_model_are_refused_where_there_are_no_attachments():
    with pytest.raises(TypeError, match="bytes"):
        dumps(Upload(file=b"a"))


def test_a_model_that_holds_what_has_no_json_is_refused():
    class Anything(BaseModel):
        value: object

    with pytest.raises(TypeError, match="object"):
        dumps(Anything(value=object()))


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**100 - 1, -(10**99) + 1])
@pytest.mark.parametrize("around", [lambda n: n, lambda n: {"a": (n, {"b": n})}, lambda n: [n, Reply(n)]])
def test_integers_of_more_than_64_bits_are_written_as_they_are(number, around):
    digits = str(number)
    plain = {"int": digits, "dict": f'{{"a":[{digits},{{"b":{digits}}}]}}', "list": f'[{digits},{{"page":{digits}}}]'}
    payload = around(number)
    assert dumps(payload).decode() == plain[type(payload).__name__]


def test_a_long_integer_beside_all_else_changes_nothing_of_it():
    attachments = []
    payload = [Size.LARGE, b"a", {"b": NOON, "c": [None, True, 0.5, b"c"]}, Price(cents=110), 2**64 - 1]
    assert json.loads(dumps(payload, attachments)) == [
        2**80,
        {"_placeholder": True, "num": 0},
        {"b": "2030-01-02T12:00:00Z", "c": [None, True, 0.5, {"_placeholder": True, "num": 1}]},
        {"cents": "1.10 €"},
        2**64 - 1,
    ]
    assert attachments == [b"a", b"c"]


@pytest.mark.parametrize("number", [10**100, -(10**99), 10**5000], ids=["100 zeros", "negative", "endless"])
def test_an_integer_that_clients_would_not_read_is_refused(number):
    with pytest.raises(ValueError, match="100 characters"):
        dumps({"n": number})


@pytest.mark.parametrize("payload", [[2**70, object()], [object(), 2**70], {1: 2**70}, [2**70, "\ud800"]])
def test_a_long_integer_hides_nothing_that_has_no_json(payload):
    with pytest.raises(TypeError):
        dumps(payload)


@pytest.mark.parametrize("payload", [[2**70, float("nan")], {"a": None, "b": [2**70, float("inf")]}])
def test_a_long_integer_hides_no_nan(payload):
    with pytest.raises(ValueError, match="NaN"):
        dumps(payload)


def test_what_holds_itself_and_a_long_integer_is_refused():
    endless = [2**70]
    endless.append(endless)
    with pytest.raises(TypeError):
        dumps(endless)


@pytest.mark.parametrize(
    "send", [lambda payload: encode_event("news", payload), lambda payload: encode(ACK, [payload])]
)
def test_more_than_ten_attachments_are_refused_at_the_call(send):
    assert len(send([b"x"] * 10).attachments) == 10
    with pytest.raises(ValueError, match="At most 10 attachments"):
        send([b"x"] * 11)


@pytest.mark.parametrize("place", [{"_placeholder": True, "num": 0}, {"_placeholder": 1, "num": 7}])
def test_a_placeholder_of_ones_own_is_refused_beside_attachments_only(place):
    assert encode_event("news", place).attachments == []
    with pytest.raises(ValueError, match="_placeholder"):
        encode_event("news", [b"x", {"a": [place]}])
    assert encode_event("news", [b"x", '"_placeholder":true', {'"_placeholder': 1}]).attachments == [b"x"]
