import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import knx

TARGET = Target(Endpoint("192.0.2.1", 3671, "udp"))
# Built from KNX Standard 3/8/2, sections 7.5.4.2 (device information) and 7.5.4.3 (supported service families).
DEVICE = bytes.fromhex("36 01 02 00 1100 0000 00c501023184 e000170c 00246d023184") + b"KNX IP Router 752".ljust(
    30, b"\0"
)
FAMILIES = bytes.fromhex("0a 02 0201 0301 0401 0501")


def response(*blocks: bytes) -> bytes:
    body = b"".join(blocks)
    return bytes.fromhex("0610 0204") + (6 + len(body)).to_bytes(2, "big") + body


ROUTER = response(DEVICE, FAMILIES)
SECURE = response(DEVICE, bytes.fromhex("0c 02 0202 0302 0402 0501 0901"), bytes.fromhex("08 06 0301 0401 0501"))


def test_reads_the_device_and_its_services(recite):
    heard, sent = recite(knx.probe(TARGET), [ROUTER])
    assert heard.facts == {
        "knx.medium": "TP1",
        "knx.programming_mode": False,
        "knx.individual_address": "1.1.0",
        "knx.serial": "00c501023184",
        "knx.manufacturer": 197,
        "knx.multicast": "224.0.23.12",
        "knx.mac": "00:24:6d:02:31:84",
        "knx.name": "KNX IP Router 752",
        "knx.services": ("core 1", "device management 1", "tunnelling 1", "routing 1"),
        "knx.reachable": True,
    }
    assert sent == [bytes.fromhex("06100203000e0801000000000000")]
    assert knx.SAYS[0].allows(sent[0])


def test_a_family_that_is_offered_secured_only_is_out_of_reach():
    facts = knx.parse(SECURE).facts
    assert facts["knx.secured"] == ("device management", "tunnelling", "routing")
    assert facts["knx.reachable"] is False


def test_a_secured_block_of_version_0_secures_nothing():
    facts = knx.parse(response(DEVICE, FAMILIES, bytes.fromhex("04 06 0400"))).facts
    assert facts["knx.secured"] == ()
    assert facts["knx.reachable"] is True


def test_blocks_that_are_not_known_are_passed_over():
    unknown = bytes.fromhex("04 fe 00c5") + bytes.fromhex("08 08 00 00 00fe 091a")
    assert knx.parse(response(DEVICE, unknown)).facts["knx.device_descriptor"] == "091a"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        ROUTER[:-1],
        response(FAMILIES),
        response(DEVICE[:20]),
        response(bytes((53,)) + DEVICE[1:53]),
        response(DEVICE, b"\x03\x02\x02"),
        response(DEVICE, b"\x00\x02"),
        response(DEVICE, b"\xff\x02\x02\x01"),
        b"\x06\x10\x02\x05" + ROUTER[4:],
        b"\x06\x20" + ROUTER[2:],
    ],
)
def test_what_is_no_description_is_a_protocol_error(broken):
    with pytest.raises(ProtocolError):
        knx.parse(broken)


def test_hidden_characters_of_a_name_are_shown():
    named = DEVICE[:24] + b"a\x1b[31m\xe9".ljust(30, b"\0")
    assert knx.parse(response(named)).facts["knx.name"] == r"a\x1b[31mé"


@given(st.binary(max_size=200), st.booleans())
def test_junk_ends_in_facts_or_in_protocol_error(junk, framed):
    try:
        heard = knx.parse(response(DEVICE, junk) if framed else junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(knx.FACTS)
