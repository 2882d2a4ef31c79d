"""An event that asks for an ack is the one that does not, but for the number (Socket.IO v5, "Packet encoding")."""

import pytest

from engine.wire.packet import EVENT, encode, encode_event, numbered


@pytest.mark.parametrize("payload", [None, [1], "[1,2]", b"\0", {"a": [b"\0", ","]}])
@pytest.mark.parametrize("namespace", ["/", "/chat", "/a[b"])
def test_the_number_stands_where_the_protocol_has_it(payload, namespace):
    event = encode_event("news", payload, namespace)

    asking = numbered(event, 12, namespace)

    expected = encode(EVENT, ["news", *([] if payload is None else [payload])], namespace, 12)
    assert (asking.text, asking.attachments, asking.frames) == (expected.text, expected.attachments, expected.frames)
