"""What a payload may hold on its way out, and what a client is allowed to send."""

from dataclasses import InitVar, dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel

from engine.tests.app import io, socket_of
from engine.tests.people import ANNA

pytestmark = pytest.mark.contract

ID = UUID("6a6c8b4e-0000-4000-8000-000000000000")
NOON = datetime(2030, 1, 2, 12, 0, tzinfo=UTC)


class Colour(Enum):
    RED = "red"


class Much(Enum):
    ALL = 2**70


@dataclass
class Cup:
    size: int
    owner: UUID = ID


@dataclass(frozen=True, slots=True)
class Tray:
    cups: list[Cup] = field(default_factory=list)


class ObjectId:
    """What a database may call its rows by."""


@dataclass
class Poured:
    into: str | None
    from_: InitVar[str]
    pots: ClassVar[int]


class Message(BaseModel):
    id: UUID
    at: datetime
    file: bytes | None = None


CARRIED = [
    (None, None),
    ("", ""),
    (0, 0),
    (False, False),
    ([], []),
    ({}, {}),
    ([None], [None]),
    ({"nothing": None}, {"nothing": None}),
    (2**63, 2**63),
    (-(2**63), -(2**63)),
    (2**64, 2**64),
    (-(2**63) - 1, -(2**63) - 1),
    (-(10**99) + 1, -(10**99) + 1),
    (10**100 - 1, 10**100 - 1),
    ({"a": [(2**70, None)], "b": b"b"}, {"a": [[2**70, None]], "b": b"b"}),
    (0.1, 0.1),
    ("ä\u2028\0", "ä\u2028\0"),
    (NOON, "2030-01-02T12:00:00Z"),
    (datetime(2030, 1, 2, 12, 0), "2030-01-02T12:00:00Z"),
    (NOON.astimezone(timezone(timedelta(hours=2))), "2030-01-02T14:00:00+02:00"),
    (date(2030, 1, 2), "2030-01-02"),
    (ID, str(ID)),
    (Colour.RED, "red"),
    (Cup(2), {"size": 2, "owner": str(ID)}),
    (Poured(None, "pot"), {"into": None}),
    (Tray([Cup(1)]), {"cups": [{"size": 1, "owner": str(ID)}]}),
    (Tray([Cup(2**64)]), {"cups": [{"size": 2**64, "owner": str(ID)}]}),
    (Much.ALL, 2**70),
    (Message(id=ID, at=NOON), {"id": str(ID), "at": "2030-01-02T12:00:00Z", "file": None}),
    (Message(id=ID, at=NOON, file=b"\xff"), {"id": str(ID), "at": "2030-01-02T12:00:00Z", "file": b"\xff"}),
    ([(1, 2)], [[1, 2]]),
    (b"", b""),
    (b"\0\xff", b"\0\xff"),
    (bytearray(b"\1"), b"\1"),
    (memoryview(b"\2"), b"\2"),
    ({"files": [b"a", {"b": b"b"}], "c": "c"}, {"files": [b"a", {"b": b"b"}], "c": "c"}),
    ((), None),
    ((1,), 1),
    ((1, "two", None, b"\4"), (1, "two", None, b"\4")),
    (([1, 2],), [1, 2]),
]
names = [type(payload).__name__ for payload, _ in CARRIED]


@pytest.mark.parametrize(("payload", "arrives"), CARRIED, ids=names)
async def test_it_arrives(connect, received, payload, arrives):
    anna = await connect(ANNA)

    await io.send("user::anna", "news", payload)

    assert await received(anna, "news") == arrives


@pytest.mark.parametrize(("payload", "arrives"), CARRIED, ids=names)
async def test_it_arrives_in_an_ack(connect, payload, arrives):
    @io.on("give")
    async def give(socket, nothing):
        return payload

    anna = await connect(ANNA)

    assert await anna.call("give") == arrives


async def test_attachments_are_their_own_frames_right_after_the_packet(wire):
    wire = await wire()
    await wire.join("anna")

    await io.send("user::anna", "news", {"a": b"\1", "b": [b"\2"]})
    await io.send("user::anna", "news", "next")

    text = '452-["news",{"a":{"_placeholder":true,"num":0},"b":[{"_placeholder":true,"num":1}]}]'
    assert [await wire.read() for _ in range(4)] == [text, b"\1", b"\2", '42["news","next"]']


async def test_what_is_sent_later_is_not_what_is_changed_later(connect, received):
    anna = await connect(ANNA)
    payload = {"list": [1], "bytes": bytearray(b"a")}

    await io.send("user::anna", "news", payload)
    payload["list"].append(2)
    payload["bytes"][0] = 0

    assert await received(anna, "news") == {"list": [1], "bytes": b"a"}


@dataclass
class Reading:
    celsius: float


class Forecast(BaseModel):
    celsius: float


NAN = float("nan")


class Unknown(Enum):
    CELSIUS = NAN


NOT_NUMBERS = [
    NAN,
    float("inf"),
    -float("inf"),
    [NAN],
    (1, NAN),
    {"celsius": NAN},
    {"deep": [{"er": (None, NAN)}]},
    {"null": None, "celsius": NAN},
    Reading(NAN),
    Unknown.CELSIUS,
    [Forecast(celsius=NAN)],
]
NOT_JSON = [
    object(),
    ObjectId(),
    {"_id": ObjectId()},
    {1, 2},
    [1, {2}],
    1j,
    NotImplemented,
    {1: "a key that is no str"},
    {ObjectId(): 1},
    "\ud800",
    Message,
    len,
    (b"", object()),
]


def calls(payload):
    """Every way for a payload to leave, though nobody is there to get it."""
    return [
        io.send("nowhere", "news", payload),
        io.send([], "news", payload),
        io.broadcast("news", payload),
        io.request("nobody", "news", payload),
        io.server.emit("news", payload),
    ]


@pytest.mark.parametrize("payload", NOT_NUMBERS, ids=repr)
async def test_nan_raises_at_the_call_though_nobody_is_there(http_server, payload):
    for call in calls(payload):
        with pytest.raises(ValueError, match="NaN"):
            await call


@pytest.mark.parametrize("payload", NOT_JSON, ids=lambda payload: type(payload).__name__)
async def test_what_json_cannot_hold_raises_at_the_call_though_nobody_is_there(http_server, payload):
    for call in calls(payload):
        with pytest.raises(TypeError):
            await call


async def test_the_error_names_what_cannot_be_sent(http_server):
    with pytest.raises(TypeError, match="ObjectId cannot be sent"):
        await io.send("nowhere", "news", {"id": ObjectId()})


async def test_a_list_in_itself_raises(http_server):
    endless = []
    endless.append(endless)

    with pytest.raises(TypeError):
        await io.send("nowhere", "news", endless)


@pytest.mark.parametrize("payload", [NAN, object()], ids=["NaN", "object"])
async def test_what_cannot_be_sent_is_sent_to_nobody(connect, payload):
    anna = await connect(ANNA)
    socket = socket_of(anna)

    for call in (*calls(payload), socket.send("news", payload), socket.request("news", payload)):
        with pytest.raises((TypeError, ValueError)):
            await call

    assert await anna.settled() == []
    assert not socket.acks


@pytest.mark.parametrize(
    "payload", ["text", 1, None, [1, [2]], {"a": {"b": None}}, b"\0\xff", {"file": b"x"}, (1, b"2")]
)
async def test_what_a_client_sends_arrives_at_the_handler(connect, payload):
    seen = []

    @io.on("give")
    async def give(socket, given):
        seen.append(given)

    anna = await connect(ANNA)
    await anna.call("give", payload)

    assert seen == [list(payload) if isinstance(payload, tuple) else payload]


@pytest.mark.parametrize(
    "packet",
    [
        '42["give",NaN]',
        '42["give",Infinity]',
        '42["give"',
        "42[]",
        "42{}",
        '42"give"',
    ],
)
async def test_what_no_client_would_send_closes_it_and_runs_no_handler(wire, errors, packet):
    seen = []

    @io.on("give")
    async def give(socket, given):
        seen.append(given)

    wire = await wire()
    await wire.join("anna")
    await wire.send(packet)

    assert await wire.rest() == []
    assert seen == []
    assert not errors()


async def test_a_form_makes_types_of_what_came(connect):
    seen = []

    @io.on("give", form=Message)
    async def give(socket, message):
        seen.append(message)

    anna = await connect(ANNA)
    await anna.call("give", {"id": str(ID), "at": "2030-01-02T12:00:00Z", "file": b"\xff\0"})

    assert seen == [Message.model_construct(id=ID, at=NOON, file=b"\xff\0")]
