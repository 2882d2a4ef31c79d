"""What is taken of a client's packet, what is refused of it, and what is no packet."""

import pytest

from engine.errors import InvalidPacket
from engine.limits import Limits
from engine.wire.assembly import Assembly
from engine.wire.decoding import decode
from engine.wire.packet import ACK, BINARY_EVENT, CONNECT, EVENT

LIMITS = Limits(attachments=2, depth=3)
DEEP = "[[[[1]]]]"


def test_an_event_that_is_refused_tells_its_name_namespace_and_ack():
    packet = decode(f'2/admin,7["news",{DEEP}]', LIMITS)
    assert packet[:4] == (EVENT, "/admin", 7, ["news"])
    assert packet.refused == "JSON nested deeper than 3"


@pytest.mark.parametrize("text", [f'2[{DEEP},"news"]', f'2[null,"{DEEP}",1e400]', "2[1e400]", rf'2["\x",{DEEP}]'])
def test_an_event_that_is_refused_needs_a_name(text):
    with pytest.raises(InvalidPacket):
        decode(text, LIMITS)


@pytest.mark.parametrize("name", ["connect", "disconnect"])
def test_a_reserved_name_is_none_whatever_follows(name):
    with pytest.raises(InvalidPacket):
        decode(f'2["{name}",{DEEP}]', LIMITS)


def test_a_connect_and_an_ack_can_be_refused():
    assert decode(f'0{{"a":{DEEP}}}', LIMITS)[:4] == (CONNECT, "/", None, {})
    assert decode(f"37[{DEEP}]", LIMITS)[:4] == (ACK, "/", 7, [])


@pytest.mark.parametrize("text", ["0[1e400]", "3[1e400]", "37{}", "1[1e400]", "4[1e400]"])
def test_what_does_not_fit_its_type_is_no_packet_though_it_would_be_refused(text):
    with pytest.raises(InvalidPacket):
        decode(text, LIMITS)


def test_the_attachments_of_a_packet_that_is_refused_are_let_by():
    places = ",".join(f'{{"_placeholder":true,"num":{number}}}' for number in range(3))
    packet = decode(f'53-7["news",{places}]', LIMITS)
    assert packet[:4] == (BINARY_EVENT, "/", 7, ["news"])
    assembly = Assembly(packet)
    assert assembly.add(b"x") is assembly.add(b"x") is None
    assert assembly.attachments == []
    whole = assembly.add(b"x")
    assert (whole.type, whole.data, whole.refused) == (EVENT, ["news"], "more than 2 attachments")


@pytest.mark.parametrize(("name", "text"), [("1", "1"), ("-7", "-7"), ("2.5", "2.5"), ("1" + "0" * 20, "1" + "0" * 20)])
def test_a_number_for_a_name_is_its_text(name, text):
    assert decode(f'2[{name},"x"]', LIMITS).data == [text, "x"]
    assert decode(f"2[{name},{DEEP}]", LIMITS).data == [text]
