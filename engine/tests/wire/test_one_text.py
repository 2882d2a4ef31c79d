"""A chunk that is exactly one short text: the reader makes the same of it as of any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tests.wire.test_frame_reader import client_frame, feed
from engine.wire.frame_reader import ERROR, FrameReader
from engine.wire.frames import BINARY, CLOSE, CONTINUATION, FIN, PING, TEXT

LIMIT, SMALL = 2000, 300
TWO = (FIN | TEXT, TEXT, FIN | CONTINUATION, CONTINUATION, FIN | BINARY, FIN | PING, FIN | CLOSE, FIN | TEXT | 0x40)
sizes = st.integers(0, 8) | st.sampled_from([124, 125, 126, 127, 299, 300, 301, 2000, 2001])
payloads = sizes.map(lambda size: b"x" * size) | st.binary(max_size=20) | st.text(max_size=20).map(str.encode)
frames = st.builds(client_frame, st.sampled_from(TWO), payloads)
wrong = st.builds(
    client_frame, st.sampled_from(TWO), payloads, size=st.integers(0, 130), size_bytes=st.sampled_from([0, 2, 8])
)


@st.composite
def chunks(draw):
    """Frames, cut and joined as no network has to."""
    data = draw(frames) if draw(st.booleans()) else draw(frames | wrong | st.binary(max_size=12))
    cut = draw(st.integers(0, len(data)) | st.just(len(data)))
    return data[:cut]


@given(st.lists(chunks(), max_size=6))
def test_both_ways_read_the_same(pieces):
    one, other = FrameReader(LIMIT, SMALL), FrameReader(LIMIT, SMALL)
    for piece in pieces:
        expected = feed(other, piece)
        text = one.one_text(piece)
        if text is None:
            assert feed(one, piece) == expected
        else:
            [(kind, what)] = expected
            assert (kind == TEXT and text == what.encode()) or (kind, what) == (ERROR, 1007)
            if kind == ERROR:
                assert feed(one, piece) == expected


@pytest.mark.parametrize("size", [1, 125, 126, 300])
def test_a_short_text_is_read_so(size):
    assert FrameReader(LIMIT, SMALL).one_text(client_frame(FIN | TEXT, b"x" * size)) == b"x" * size


@pytest.mark.parametrize("size", [301, 1000, 5000])
def test_a_text_that_is_not_small_is_left_to_the_other(size):
    assert FrameReader(LIMIT, SMALL).one_text(client_frame(FIN | TEXT, b"x" * size)) is None


@pytest.mark.parametrize("before", [client_frame(TEXT, b"x"), client_frame(FIN | TEXT, b"x")[:3], b"\xff\xff"])
def test_in_the_middle_of_something_else_none_is(before):
    reader = FrameReader(LIMIT, SMALL)
    reader.feed(before)
    assert reader.one_text(client_frame(FIN | TEXT, b"x")) is None
