import pytest
from wsproto.frame_protocol import FrameProtocol, Opcode

from engine.wire.frames import binary_frame, close_frame, ping_frame, pong_frame, text_frame

BORDERS = [0, 1, 125, 126, 127, 65535, 65536, 70000]


def read_by_wsproto(frame: bytes):
    """What another implementation's client makes of one frame of ours."""
    client = FrameProtocol(client=True, extensions=[])
    client.receive_bytes(frame)
    (read,) = client.received_frames()
    assert read.frame_finished
    assert read.message_finished
    return read.opcode, read.payload


@pytest.mark.parametrize(
    ("frame", "bytes_in_the_rfc"),
    [
        (text_frame(b"Hello"), bytes.fromhex("8105 48656c6c6f")),
        (ping_frame(b"Hello"), bytes.fromhex("8905 48656c6c6f")),
        (binary_frame(b"x" * 256), bytes.fromhex("827e 0100") + b"x" * 256),
        (binary_frame(b"x" * 65536), bytes.fromhex("827f 0000000000010000") + b"x" * 65536),
    ],
    ids=["text", "ping", "256 bytes", "64 KiB"],
)
def test_the_servers_examples_of_rfc_6455_5_7_are_what_we_write(frame, bytes_in_the_rfc):
    assert frame == bytes_in_the_rfc


@pytest.mark.parametrize("size", BORDERS)
def test_a_client_reads_our_messages_of_every_length_encoding(size):
    assert read_by_wsproto(text_frame(b"a" * size)) == (Opcode.TEXT, "a" * size)
    assert read_by_wsproto(binary_frame(b"\xff" * size)) == (Opcode.BINARY, b"\xff" * size)


@pytest.mark.parametrize(("size", "header_size"), [(125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_length_takes_the_fewest_bytes_that_hold_it(size, header_size):
    assert len(text_frame(b"a" * size)) == header_size + size


@pytest.mark.parametrize("size", [0, 1, 125])
def test_a_client_reads_our_control_frames(size):
    assert read_by_wsproto(ping_frame(b"a" * size)) == (Opcode.PING, b"a" * size)
    assert read_by_wsproto(pong_frame(b"a" * size)) == (Opcode.PONG, b"a" * size)


@pytest.mark.parametrize("make", [ping_frame, pong_frame])
def test_a_control_frame_over_125_bytes_cannot_be_made(make):
    with pytest.raises(ValueError, match="at most 125"):
        make(b"a" * 126)


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1009, 1011, 1012, 1013, 3000, 4999])
def test_a_client_reads_our_close_code_and_reason(code):
    assert read_by_wsproto(close_frame(code, "bis später")) == (Opcode.CLOSE, (code, "bis später"))


def test_a_close_without_a_status_has_an_empty_body():
    assert close_frame(1005) == bytes.fromhex("8800")


@pytest.mark.parametrize("code", [0, 999, 1004, 1006, 1015, 2999, 5000, 70000])
def test_a_close_code_that_must_not_be_sent_cannot_be(code):
    with pytest.raises(ValueError, match="status code"):
        close_frame(code)


@pytest.mark.parametrize("reason", ["a" * 124, "ä" * 62, "a" + "ä" * 61, "€" * 42, "😀" * 31], ids=ascii)
def test_a_reason_that_does_not_fit_is_cut_between_two_characters(reason):
    _, (code, cut) = read_by_wsproto(close_frame(1000, reason))
    assert code == 1000
    assert reason.startswith(cut)
    assert 123 - 4 < len(cut.encode()) <= 123
