"""Values that a stock client can send: none of them costs the connection."""

import json
import re
import subprocess
from base64 import b64decode, b64encode
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.tests.app import io

LARGEST = 100_000
TOO_DEEP = "[" * 101 + "]" * 101
HALF = re.compile("[\ud800-\udfff]")
ACK = re.compile(r"4(?:3|6(\d+)-)7\[(.*)\]", re.DOTALL)


def count(packet: str) -> int:
    """How many attachments come with an ack."""
    return int(ACK.fullmatch(packet)[1] or 0)


class Client:
    """One that is connected, over either transport."""

    def __init__(self, websocket=None, polling=None):
        self.websocket, self.polling = websocket, polling

    async def send(self, *packets: str) -> None:
        if self.websocket:
            self.websocket.send(*packets)
        else:
            assert (await self.polling.post(*packets)).text == "ok"

    async def receive(self) -> str:
        return await (self.websocket.receive() if self.websocket else self.polling.packet())

    async def ask(self, data: str) -> str:
        """Emit an event, given as its JSON, and return what its ack holds."""
        await self.send(f"427{data}")
        packet = await self.receive()
        assert packet.startswith("437["), packet
        return packet[4:-1]

    async def ask_with(self, data: str, attachments: list[bytes]) -> tuple[str, list[bytes]]:
        """The same of an event with attachments; an ack may have some, too."""
        if self.websocket:
            self.websocket.send(f"45{len(attachments)}-7{data}", *attachments)
            packet = await self.websocket.receive()
            return self.answered(packet), [await self.websocket.receive() for _ in range(count(packet))]
        await self.send(f"45{len(attachments)}-7{data}", *(f"b{b64encode(each).decode()}" for each in attachments))
        packets = await self.polled()
        while not packets or len(packets) <= count(packets[0]):
            packets += await self.polled()
        return self.answered(packets[0]), [b64decode(packet[1:]) for packet in packets[1:]]

    async def polled(self) -> list[str]:
        packets = [packet for packet in (await self.polling.poll()).packets if packet != "2"]
        if not packets:
            await self.send("3")
        return packets

    def answered(self, packet: str) -> str:
        found = ACK.fullmatch(packet)
        assert found, packet
        return found[2]

    async def lives(self) -> bool:
        return await self.ask('["echo","still here"]') == '"still here"'


@pytest.fixture(params=["websocket", "polling"])
def client(server, io_loop, request) -> Client:
    server.limit(events_per_second=1e6, message_bytes=LARGEST)
    connect = partial(getattr(server, request.param), "anna")
    return Client(**{request.param: io_loop.run_sync(connect)})


def error(name: str, message: str, **event) -> dict:
    return {**event, "name": name, "message": message}


@pytest.mark.parametrize(
    ("sent", "comes_back"),
    [
        (r'"\ud83d"', '"\ufffd"'),
        (r'"a\ud83db\ude00\ud83d"', '"a\ufffdb\ufffd\ufffd"'),
        (r'"\ud83d\ude00"', '"😀"'),
        (r'"\\ud83d"', r'"\\ud83d"'),
        (r'{"\udfff":[{"a\ud800":"\udead"}]}', '{"\ufffd":[{"a\ufffd":"\ufffd"}]}'),
        ("100000000000000000000", "100000000000000000000"),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775809", "-9223372036854775809"),
        ('[18446744073709551615,{"a":[123456789012345680000,null]}]',) * 2,
        ("9" * 100, "9" * 100),
        ("1e+21", "1e+21"),
        ("1.7976931348623157e+308", "1.7976931348623157e+308"),
        ('"1e400 NaN Infinity 18446744073709551616"',) * 2,
        ("[" * 99 + "]" * 99,) * 2,
    ],
)
async def test_it_is_taken_and_comes_back(client, sent, comes_back):
    assert await client.ask(f'["echo",{sent}]') == comes_back


async def test_a_handler_gets_long_integers_whole(client):
    seen = []

    @io.on("count")
    async def count(socket, number):
        seen.append(number)

    await client.ask('["count",100000000000000000000]')
    assert seen == [10**20]
    assert type(seen[0]) is int


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ("1e400", "a number beyond the largest of a double"),
        ("-1e400", "a number beyond the largest of a double"),
        ('{"a":[1e309]}', "a number beyond the largest of a double"),
        ("9" * 309, "a number beyond the largest of a double"),
        ("-" + "9" * 5000, "a number beyond the largest of a double"),
        (TOO_DEEP, "JSON nested deeper than 100"),
        ('{"a":' * 1000 + "1" + "}" * 1000, "JSON nested deeper than 100"),
    ],
    ids=lambda text: text[:12],
)
async def test_what_is_not_taken_is_an_error_in_the_ack_or_an_event(client, sent, why):
    message = f"This event holds what is not taken: {why}."
    assert json.loads(await client.ask(f'["echo",{sent}]')) == {"error": error("ValidationError", message)}
    await client.send(f'42["echo",{sent}]')
    answer = json.loads((await client.receive()).removeprefix("42"))
    assert answer == ["error", error("ValidationError", message, event="echo")]
    assert await client.lives()


async def test_too_many_attachments_are_an_error_in_the_ack(server):
    websocket = await server.websocket("anna")
    places = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(11))
    websocket.send(f'4511-7["echo",{places}]', *[b"x"] * 11)
    message = "This event holds what is not taken: more than 10 attachments."
    assert await websocket.receive() == "437" + json.dumps(
        [{"error": error("ValidationError", message)}], separators=(",", ":")
    )
    assert await websocket.call("echo", 1) == [1]


@pytest.mark.parametrize(
    "own",
    [
        '{"_placeholder":true,"num":0}',
        '{"_placeholder":true,"num":1}',
        '{"_placeholder":true,"num":"0"}',
        '{"_placeholder":true}',
        ",".join(['{"_placeholder":true,"num":0}'] * 400),
    ],
    ids=lambda text: text[:30],
)
async def test_a_placeholder_of_a_client_s_own_beside_attachments_is_an_error_in_the_ack(client, own):
    attachment = b"x" if client.websocket else "beA=="
    await client.send(f'451-7["echo",{own},{{"_placeholder":true,"num":0}}]', attachment)
    message = 'This event holds what is not taken: a "_placeholder" of its own beside attachments.'
    assert json.loads((await client.receive())[3:]) == [{"error": error("ValidationError", message)}]
    assert await client.lives()


async def test_a_placeholder_of_a_client_s_own_without_attachments_is_an_object_like_any_other(client):
    own = '{"_placeholder":true,"num":0}'
    assert await client.ask(f'["echo",[{own}]]') == f"[{own}]"


async def test_an_event_named_by_a_number_is_handled_under_that_name(client):
    @io.on("1")
    async def one(socket, payload):
        return ["one", payload]

    assert await client.ask('[1,"x"]') == '["one","x"]'
    assert json.loads(await client.ask('[2.5,"x"]'))["error"]["message"].startswith("There is no event '2.5'")
    assert json.loads(await client.ask(f"[2,{TOO_DEEP}]"))["error"]["name"] == "ValidationError"
    assert await client.lives()


@pytest.mark.parametrize("name", [r'"\ud83d"', r'"a \"quoted\" name"', '"[["'])
async def test_the_name_of_an_event_that_is_not_taken_is_told(client, name):
    await client.send(f"42[{name},{TOO_DEEP}]")
    told = json.loads((await client.receive()).removeprefix("42"))[1]["event"]
    assert told == HALF.sub("\ufffd", json.loads(name))


@pytest.mark.parametrize("auth", ['{"token":"anna","a":' + TOO_DEEP + "}", '{"token":"anna","a":1e400}'])
async def test_an_auth_payload_that_is_not_taken_is_refused(server, auth):
    websocket = await server.websocket()
    websocket.send(f"40{auth}")
    assert (await websocket.receive()).startswith('44{"message":"The auth payload holds what is not taken: ')
    websocket.send('40{"token":"anna"}')
    assert (await websocket.receive()).startswith('40{"sid":')


async def test_an_ack_that_is_not_taken_answers_nobody(server):
    websocket = await server.websocket("anna")
    answers = []
    await io.server.emit("question", room=websocket.id, callback=answers.append)
    assert await websocket.receive() == '421["question"]'
    websocket.send("431[1e400]")
    assert await websocket.call("echo", 1) == [1]
    assert answers == []


@pytest.fixture(scope="session")
def stringify(node):
    """`stringify(json)` is what JavaScript makes of it, parsed and written anew."""
    program = (
        "require('readline').createInterface(process.stdin).on('line', l => console.log(JSON.stringify(JSON.parse(l))))"
    )
    process = subprocess.Popen([node, "-e", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def stringify(text: str) -> str:
        process.stdin.write(text.encode() + b"\n")
        process.stdin.flush()
        return process.stdout.readline().decode().strip()

    yield stringify
    process.stdin.close()
    process.wait(timeout=10)


halves = st.characters(categories=["Cs"])
strings = st.text(st.characters() | halves | st.sampled_from('\\"\x1e\0\u2028😀'), max_size=20)
numbers = st.integers() | st.integers(-(2**1030), 2**1030) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | strings,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4),
    max_leaves=20,
)


def deep(value, levels: int):
    for _ in range(levels):
        value = [value]
    return value


def whole(value):
    """The value as it has to come back."""
    if isinstance(value, str):
        return HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {whole(key): whole(item) for key, item in value.items()}
    return value


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=st.builds(deep, values, st.sampled_from([0, 0, 0, 90, 97, 98, 99, 100, 150])))
def test_whatever_javascript_writes_comes_back_or_is_refused(client, io_loop, stringify, value):
    text = stringify(json.dumps(value))
    answer = json.loads(io_loop.run_sync(partial(client.ask, f'["echo",[{text}]]')))
    if isinstance(answer, list):
        assert answer == [whole(json.loads(text))]
    else:
        assert answer["error"]["message"].endswith("JSON nested deeper than 100.")
    assert io_loop.run_sync(client.lives)


def apart(value, attachments: list[bytes]):
    """The value with a placeholder for each piece of bytes in it, which are added to the attachments."""
    if isinstance(value, bytes):
        attachments.append(value)
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(value, list):
        return [apart(item, attachments) for item in value]
    if isinstance(value, dict):
        return {key: apart(item, attachments) for key, item in value.items()}
    return value


def size(value) -> int:
    """How large the message is that echoes it."""
    attachments = []
    text = written(apart(value, attachments))
    return len(f"45{len(attachments)}-7{text}".encode()) + sum(map(len, attachments))


def written(payload) -> str:
    """The event that asks for its echo."""
    return json.dumps(["echo", payload], ensure_ascii=False, separators=(",", ":"))


plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
with_bytes = st.recursive(
    plain | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=20,
)


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    value=with_bytes, filling=st.sampled_from(["x", "é", "€", "😀", '"', b"\xff"]), below=st.integers(0, 9) | st.none()
)
def test_with_attachments_and_up_to_the_limit_it_comes_back_or_is_refused(client, io_loop, value, filling, below):
    def payload(times: int) -> list:
        return [value, filling * times, b""]

    most = LARGEST - (LARGEST if below is None else below) - size(payload(0))
    attachments = []
    sent = payload(max(0, most // (size(payload(2)) - size(payload(1)))))
    data = written(apart(sent, attachments))
    answer, back = io_loop.run_sync(partial(client.ask_with, data, attachments))
    if len(attachments) > 10:
        assert json.loads(answer)["error"]["message"].endswith("more than 10 attachments.")
    else:
        assert json.loads(answer) == apart(sent, [])
        assert back == attachments
    assert io_loop.run_sync(client.lives)
