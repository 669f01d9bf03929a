from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Claim, Confidence, Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import ubiquiti

ENDPOINT = Endpoint("192.0.2.1", 10001, "udp")
TARGET = Target(ENDPOINT)
# Put together from nmap's documented output of an EdgeRouter X and the field types in Rapid7's description (2019), with a user's name besides.
ROUTER = bytes.fromhex("0100 0000") + (
    bytes.fromhex("02 000a 802aa8aef163 c0a80001")
    + bytes.fromhex("02 000a 802aa8aef15e 3737370a")
    + bytes.fromhex("03 002d")
    + b"EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227"
    + bytes.fromhex("06 0004")
    + b"ubnt"
    + bytes.fromhex("0a 0004 0001b9f8")
    + bytes.fromhex("0b 000b")
    + b"ubnt-router"
    + bytes.fromhex("0c 0004")
    + b"ER-X"
)
ROUTER = ROUTER[:2] + (len(ROUTER) - 4).to_bytes(2, "big") + ROUTER[4:]
ADOPTED = bytes.fromhex("0206 0000 01 0006 788a2021ae7b 15 0006") + (
    b"UCK-v2" + bytes.fromhex("16 0006") + b"5.9.29" + bytes.fromhex("17 0001 00 0d 0006") + b"Market"
)
ADOPTED = ADOPTED[:2] + (len(ADOPTED) - 4).to_bytes(2, "big") + ADOPTED[4:]


def test_reads_a_router_of_version_1(recite):
    heard, sent = recite(ubiquiti.probe(TARGET), [ROUTER])
    assert heard.facts == {
        "ubiquiti.protocol": "v1",
        "ubiquiti.firmware": "EdgeRouter.ER-e50.v1.10.7.5127989.181001.1227",
        "ubiquiti.uptime": 113144,
        "ubiquiti.hostname": "ubnt-router",
        "ubiquiti.product": "ER-X",
        "ubiquiti.macs": ("80:2a:a8:ae:f1:63", "80:2a:a8:ae:f1:5e"),
        "ubiquiti.addresses": ("192.168.0.1", "55.55.55.10"),
    }
    assert sent == [b"\x01\x00\x00\x00"]


def test_the_name_of_a_user_is_neither_a_fact_nor_evidence():
    heard = ubiquiti.parse(ROUTER)
    assert "ubnt" not in {str(value) for value in heard.facts.values()}
    assert b"\x06\x00\x04ubnt" not in heard.evidence


def test_reads_an_answer_of_version_2(recite):
    heard, sent = recite(ubiquiti.probe(Target(ENDPOINT, path="/v2")), [ADOPTED])
    assert heard.facts["ubiquiti.model"] == "UCK-v2"
    assert heard.facts["ubiquiti.version"] == "5.9.29"
    assert heard.facts["ubiquiti.default"] is False
    assert sent == [b"\x02\x08\x00\x00"]


@pytest.mark.parametrize(
    ("vendor", "answered", "asked"), [("Ubiquiti", False, 1), ("Ubiquiti", True, 0), ("Axis", False, 0)]
)
def test_version_2_is_asked_of_ubiquitis_that_were_silent(vendor, answered, asked):
    seen = (Observation(ENDPOINT, "ubiquiti", {}, b"", datetime(2026, 11, 1, tzinfo=UTC)),) if answered else ()
    claims = (Claim("vendor", vendor, Confidence.LIKELY, "x"),)
    device = Device("address:192.0.2.1", ("192.0.2.1",), observations=seen, claims=claims)
    assert [target.path for target in ubiquiti.invited(device)] == ["/v2"] * asked


@pytest.mark.parametrize("request_bytes", [b"\x01\x00\x00\x00", b"\x02\x08\x00\x00"])
def test_its_says_are_the_two_requests(request_bytes):
    assert [say.allows(request_bytes) for say in ubiquiti.SAYS].count(True) == 1
    assert not any(say.allows(request_bytes + b"\0") for say in ubiquiti.SAYS)


@pytest.mark.parametrize("answer", [ROUTER, ADOPTED])
def test_an_answer_cut_anywhere_ends_in_protocol_error(answer):
    for size in range(len(answer)):
        with pytest.raises(ProtocolError):
            ubiquiti.parse(answer[:size])


@pytest.mark.parametrize("junk", [b"\x01\x00\x00\x00", b"\x01\x00\x00\x03\x01\xff\xff", b"\x03\x00\x00\x00", b"I20100"])
def test_what_is_no_answer_is_refused(recite, junk):
    with pytest.raises(PeerError):
        recite(ubiquiti.probe(TARGET), [junk])


@given(st.binary(max_size=300), st.booleans())
def test_junk_ends_in_facts_or_in_protocol_error(junk, framed):
    try:
        heard = ubiquiti.parse(b"\x01\x00" + len(junk).to_bytes(2, "big") + junk if framed else junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(ubiquiti.FACTS)
