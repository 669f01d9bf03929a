"""Bytes built from The CIP Networks Library, volume 2, table 2-4.4, with the numbers of a CompactLogix."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import enip, enip_tcp

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TARGET = Target(Endpoint("192.0.2.1", 44818, "udp"))
NAME = b"1769-L33ER/A LOGIX5333ER"
CONTENT = (
    bytes.fromhex("0100 0002 af12 0a01020b 0000000000000000 0100 0e00 a600 14 0b 6031 b7acc000 18") + NAME + b"\x03"
)
IDENTITY = bytes.fromhex("6300 4000 00000000 00000000 0000000000000000 00000000 0100 0c00 3a00") + CONTENT


def test_asks_with_24_bytes_that_open_no_session():
    assert b"\x63" + bytes(23) == enip.LIST_IDENTITY


def test_reads_the_identity(recite):
    heard, sent = recite(enip.probe(TARGET), [IDENTITY])
    assert heard.facts == {
        "enip.vendor_id": 1,
        "enip.device_type": 14,
        "enip.product_code": 166,
        "enip.revision": "20.011",
        "enip.serial": "00C0ACB7",
        "enip.product_name": "1769-L33ER/A LOGIX5333ER",
        "enip.status": 0x3160,
        "enip.owned": False,
        "enip.state": 3,
        "enip.address": "10.1.2.11",
    }
    assert sent == [enip.LIST_IDENTITY]


def test_over_tcp_it_is_the_same(recite):
    heard, sent = recite(enip_tcp.probe(TARGET), [IDENTITY])
    assert heard.facts["enip.product_name"] == NAME.decode()
    assert sent == [enip.LIST_IDENTITY]
    assert set(heard.facts) <= set(enip_tcp.FACTS)


@pytest.mark.parametrize("size", range(len(IDENTITY)))
def test_an_answer_cut_anywhere_ends_in_a_peer_error(recite, size):
    with pytest.raises(PeerError):
        recite(enip.probe(TARGET), [IDENTITY[:size]])
    with pytest.raises(PeerError):
        recite(enip_tcp.probe(TARGET), [IDENTITY[:size]])


def test_an_item_before_the_identity_is_passed_over():
    other = b"\x01\x00\x02\x00\xaa\xbb"
    length = (len(IDENTITY) - 24 + len(other)).to_bytes(2, "little")
    message = IDENTITY[:2] + length + IDENTITY[4:24] + b"\2\0" + other + IDENTITY[26:]
    assert enip.parse(message).facts["enip.vendor_id"] == 1


@pytest.mark.parametrize(
    "broken",
    [
        IDENTITY.replace(b"\x18" + NAME, b"\xff" + NAME),
        IDENTITY[:26] + b"\x0c\0\xff\xff" + CONTENT,
        b"\x65" + IDENTITY[1:],
        IDENTITY[:8] + b"\1" + IDENTITY[9:],
        IDENTITY[:2] + b"\xff\xff" + IDENTITY[4:],
    ],
)
def test_lengths_that_lie_and_other_commands_are_protocol_errors(broken):
    with pytest.raises(ProtocolError):
        enip.parse(broken)


@given(st.binary(max_size=120))
def test_junk_ends_in_facts_or_in_protocol_error(junk):
    for message in (junk, IDENTITY[:2] + len(junk).to_bytes(2, "little") + IDENTITY[4:24] + junk):
        try:
            heard = enip.parse(message)
        except ProtocolError:
            continue
        assert set(heard.facts) <= set(enip.FACTS)


def device(*open_ports: int, heard: bool = False) -> Device:
    seen = Observation(TARGET.endpoint, "enip", {"enip.vendor_id": 1}, b"", NOW)
    ports = tuple(Endpoint("192.0.2.1", port) for port in open_ports)
    return Device("address:192.0.2.1", ("192.0.2.1",), open_ports=ports, observations=(seen,) if heard else ())


def test_tcp_is_asked_only_where_it_is_open_and_udp_was_silent():
    assert enip_tcp.invited(device(44818)) == (Target(Endpoint("192.0.2.1", 44818)),)
    assert enip_tcp.invited(device(44818, heard=True)) == ()
    assert enip_tcp.invited(device(502)) == ()
