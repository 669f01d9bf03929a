import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import mndp

TARGET = Target(Endpoint("192.0.2.1", 5678, "udp"))
# Put together from the decoded announcement of an RBD52G-5HacD2HnD that kevinschweikert/mndp documents, in the layout of Wireshark's description.
ANNOUNCEMENT = (
    bytes.fromhex("6100 0000 0001 0006 744d28910d2f 0005 0008")
    + b"MikroTik"
    + bytes.fromhex("0007 0023")
    + b"7.15.3 (stable) 2024-07-24 10:39:01"
    + bytes.fromhex("0008 0008")
    + b"MikroTik"
    + bytes.fromhex("000a 0004 dc150000 000b 0009")
    + b"H792-MXJ3"
    + bytes.fromhex("000c 0010")
    + b"RBD52G-5HacD2HnD"
    + bytes.fromhex("000e 0001 01 000f 0010 fe80000000000000764d28fffe910d2f 0010 000d")
    + b"bridge/ether2"
    + bytes.fromhex("0011 0004 c0a85801")
)


def test_reads_an_announcement(recite):
    heard, sent = recite(mndp.probe(TARGET), [ANNOUNCEMENT])
    assert heard.facts == {
        "mndp.mac": "74:4d:28:91:0d:2f",
        "mndp.identity": "MikroTik",
        "mndp.version": "7.15.3 (stable) 2024-07-24 10:39:01",
        "mndp.platform": "MikroTik",
        "mndp.uptime": 5596,
        "mndp.software_id": "H792-MXJ3",
        "mndp.board": "RBD52G-5HacD2HnD",
        "mndp.interface": "bridge/ether2",
        "mndp.address": "192.168.88.1",
    }
    assert sent == [bytes(4)]
    assert mndp.SAYS[0].allows(sent[0])


def test_the_request_that_is_thrown_back_is_no_announcement():
    with pytest.raises(ProtocolError):
        mndp.parse(mndp.REFRESH)


def test_an_announcement_cut_anywhere_ends_in_facts_or_in_protocol_error():
    whole = 0
    for size in range(len(ANNOUNCEMENT)):
        try:
            heard = mndp.parse(ANNOUNCEMENT[:size])
        except ProtocolError:
            continue
        whole += 1
        assert set(heard.facts) <= set(mndp.FACTS)
    assert whole == 10  # where one of its fields has just ended


@given(st.binary(max_size=400))
def test_junk_ends_in_facts_or_in_protocol_error(junk):
    try:
        heard = mndp.parse(junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(mndp.FACTS)
