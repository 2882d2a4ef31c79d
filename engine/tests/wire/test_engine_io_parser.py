"""Payloads of Engine.IO 3, against another implementation: the parser that Node's server and clients have of it."""

import json
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidPacket
from engine.wire.engineio3 import ENGINEIO3, ENGINEIO3_BASE64
from engine.wire.message import Message
from engine.wire.revision import BINARY_TYPE, TEXT_TYPE

PROGRAM = Path(__file__).parent / "parser.cjs"
TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"]

many = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
characters = st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x1e:0123456789b4€😀\uffff\U00010000")
texts = st.text(characters, max_size=40)
attachments = st.lists(st.binary(max_size=40), max_size=3)
messages = st.lists(
    st.builds(lambda text, attachments: Message(b"4" + text.encode(), attachments), texts, attachments)
    | st.sampled_from(["1", "2", "2probe", "3", "3probe", "5", "6"]).map(lambda text: Message(text.encode())),
    max_size=6,
)


class Parser:
    """The process of Node."""

    def __init__(self, process):
        self.process = process

    def ask(self, question: dict) -> dict:
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def encode(self, packets: list[str | bytes], binary: bool) -> tuple[bytes, str]:
        answer = self.ask({"packets": [*map(typed, packets)], "binary": binary})
        return unpack(answer) if "base64" in answer else unpack(answer).encode(), type_of(answer)

    def decode(self, body: bytes, content_type: str) -> list[str | bytes] | None:
        """The packets, None for an error."""
        answer = self.ask(pack(body if content_type == BINARY_TYPE else body.decode()))
        return None if "error" in answer else [*map(packet, answer["packets"])]


@pytest.fixture(scope="session")
def parser(node):
    process = subprocess.Popen([node, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield Parser(process)
    process.stdin.close()
    process.wait(timeout=10)


def pack(data: str | bytes) -> dict:
    return {"base64": b64encode(data).decode()} if isinstance(data, bytes) else {"text": data}


def unpack(data: dict) -> str | bytes:
    return b64decode(data["base64"]) if "base64" in data else data["text"]


def type_of(payload: dict) -> str:
    return BINARY_TYPE if "base64" in payload else TEXT_TYPE


def typed(packet: str | bytes) -> dict:
    number = packet[0] if isinstance(packet, bytes) else int(packet[0])
    return {"type": TYPES[number], **pack(packet[1:])}


def packet(typed: dict) -> str | bytes:
    number, data = TYPES.index(typed["type"]), unpack(typed)
    return bytes((number,)) + data if isinstance(data, bytes) else f"{number}{data}"


def packets_of(messages: list[Message]) -> list[str | bytes]:
    """As on a WebSocket."""
    return [each for one in messages for each in (one.text.decode(), *(b"\4" + data for data in one.attachments))]


def read(body: bytes, content_type: str) -> list[str | bytes]:
    """What we make of a payload, base64 decoded."""
    return [
        b"\4" + ENGINEIO3.binary(each) if isinstance(each, bytes) or each.startswith("b") else each
        for each in ENGINEIO3.packets(body, content_type == BINARY_TYPE)
    ]


@many
@given(messages)
@pytest.mark.parametrize("revision", [ENGINEIO3, ENGINEIO3_BASE64], ids=["binary", "base64"])
def test_we_write_what_it_writes_and_it_reads_it(parser, revision, messages):
    packets = packets_of(messages)
    body, content_type = revision.payload(messages)
    assert (body, content_type) == parser.encode(packets, binary=not revision.base64)
    assert parser.decode(body, content_type) == packets


@many
@given(messages)
@pytest.mark.parametrize("binary", [True, False])
def test_we_read_what_it_writes(parser, binary, messages):
    packets = packets_of(messages)
    assert read(*parser.encode(packets, binary)) == packets


@many
@given(messages, st.booleans(), st.data())
def test_what_is_broken_is_refused_or_read_as_it_reads_it(parser, messages, base64, data):
    body, content_type = (ENGINEIO3_BASE64 if base64 else ENGINEIO3).payload(messages)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    pieces = st.binary(max_size=3) if content_type == BINARY_TYPE else texts.map(str.encode)
    body = body[:start] + data.draw(pieces) + body[end:]
    try:
        packets = read(body, content_type)
    except InvalidPacket:
        return
    assume(all(each[:1] in (b"\4", *"0123456") for each in packets))
    assert parser.decode(body, content_type) == packets
