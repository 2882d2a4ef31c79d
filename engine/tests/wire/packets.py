"""What clients may send: valid packets, nearly valid ones, and hostile ones, as the bytes of a text frame."""

import json

from hypothesis import strategies as st

NAMES = ["echo", "form", "fail", "leave", "quiet", "é", "connect", "disconnect", "token:renew", "", "newListener", "~"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
DEEP, LONG = "[" * 9 + "]" * 9, "9" * 25
ODD = [
    DEEP,
    LONG,
    "-" + LONG,
    "1e400",
    "NaN",
    "Infinity",
    r'"\ud800"',
    r'"\ud83d\ude00"',
    '"\\"[[[[["',
    "1",
    "tru",
    "",
    " ",
]
HEADS = ["42", "421", "420", "42007", "42/admin,", "42/admin,7", "42/,7", "43", "437", "451-", "45-", "40", "41", "44",
         "4", "2", "3", "1", "6", "b4", "42" + "1" * 16, "42" + "1" * 17, "42-1", "42 ", "42٣"]  # fmt: skip
names = st.sampled_from(NAMES) | st.text(max_size=8)


@st.composite
def events(draw) -> str:
    """An event as a client encodes it."""
    head = draw(st.sampled_from(["42", "42", "427", "42" + "9" * 15]))
    compact = draw(st.booleans())
    data = [draw(names), *draw(st.lists(JSON, max_size=3))]
    return head + json.dumps(data, ensure_ascii=draw(st.booleans()), separators=(",", ":") if compact else None)


@st.composite
def odd(draw) -> str:
    """An event with something in it that is rarely taken."""
    items = [json.dumps(draw(names)), *draw(st.lists(st.sampled_from(ODD), max_size=3))]
    return draw(st.sampled_from(HEADS)) + draw(st.sampled_from(["", " "])) + "[" + ",".join(items) + "]"


@st.composite
def spoilt(draw) -> bytes:
    """An event of which a piece has been replaced."""
    data = draw(events() | odd()).encode(errors="surrogatepass")
    start = draw(st.integers(0, len(data)))
    return data[:start] + draw(st.binary(max_size=3)) + data[start + draw(st.integers(0, 3)) :]


packets = (events() | odd()).map(lambda text: text.encode(errors="surrogatepass")) | spoilt()
