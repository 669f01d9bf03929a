from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Endpoint
from scanner.codecs import dns_codec, service_discovery
from scanner.codecs.dns_codec import PTR, SRV, TXT, Question
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import mdns
from tests.datagrams import Datagrams
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 5353, "udp"))
BYTES = Path(__file__).parent.parent / "bytes" / "mdns"
LISTED = (BYTES / "avahi-0.8-types.bin").read_bytes()
DESCRIBED = (BYTES / "avahi-0.8-ipp.bin").read_bytes()
# Written from RFC 6763, sections 6 and 9: what a HomeKit bridge lists and says.
HAP_LISTED = bytes.fromhex("0000 8400 0000 0001 0000 0000") + (
    b"\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\1\0\0\0\x0a\0\x11\x04_hap\x04_tcp\x05local\0"
)
HAP_POINTED = bytes.fromhex("0000 8400 0000 0001 0000 0000") + (
    b"\x04_hap\x04_tcp\x05local\0\0\x0c\0\1\0\0\0\x0a\0\x0d\x0aHall. 1\x1b[m\xc0\x0c"
)
HAP_DESCRIBED = bytes.fromhex("0000 8400 0000 0001 0000 0000") + (
    b"\x0aHall. 1\x1b[m\x04_hap\x04_tcp\x05local\0\0\x10\0\1\0\0\0\x0a\0\x20\x0bmd=BSB002\r\n\x04c#=2\x02sf\x0bmac=0017881"
)


def said(*datagrams: bytes) -> Datagrams:
    return Datagrams(datagrams)


def test_asks_for_the_types_and_then_for_what_it_knows():
    peer = said(LISTED, DESCRIBED)
    heard = hold_with(mdns.probe(TARGET), peer.answer)
    assert heard.facts["mdns.services"] == (
        "_workstation._tcp",
        "_printer._tcp",
        "_ipp._tcp",
        "_ipps._tcp",
        "_http._tcp",
    )
    assert heard.facts["mdns.ty"] == "Example Laser 9"
    assert heard.facts["mdns.hostname"] == "cityhall.local"
    assert heard.facts["mdns.instances"] == ("_ipp._tcp City Hall",)
    assert "_ipp._tcp ty=Example Laser 9" in heard.facts["mdns.txt"]
    assert peer.sent[0] == mdns.LIST
    assert [dns_codec.parse(request).questions for request in peer.sent[1:]] == [
        (Question(dns_codec.name_of(f"{kind}.local"), PTR),)
        for kind in ("_ipp._tcp", "_http._tcp", "_ipps._tcp", "_printer._tcp")
    ]
    assert heard.evidence == (LISTED + DESCRIBED)[:EVIDENCE_LIMIT]


def test_an_instance_that_came_without_its_records_is_asked_for_them():
    peer = said(HAP_LISTED, HAP_POINTED, HAP_DESCRIBED)
    heard = hold_with(mdns.probe(TARGET), peer.answer)
    name = (b"Hall. 1\x1b[m", b"_hap", b"_tcp", b"local")
    assert dns_codec.parse(peer.sent[-1]).questions == (Question(name, SRV), Question(name, TXT))
    assert heard.facts == {
        "mdns.services": ("_hap._tcp",),
        "mdns.instances": (r"_hap._tcp Hall. 1\x1b[m",),
        "mdns.txt": ("_hap._tcp md=BSB002", "_hap._tcp c#=2", "_hap._tcp mac=0017881"),
        "mdns.model": "BSB002",
    }


def test_everything_it_sends_is_in_its_says():
    peer = said(HAP_LISTED, HAP_POINTED)
    hold_with(mdns.probe(TARGET), peer.answer)
    assert len(peer.sent) == 3
    assert all(any(say.allows(request) for say in mdns.SAYS) for request in peer.sent)


def test_the_label_of_an_instance_is_as_long_as_it_says():
    asked = dns_codec.query([Question((b"node", b"_http", b"_tcp", b"local"), kind) for kind in (SRV, TXT)])
    assert any(say.allows(asked) for say in mdns.SAYS)
    for label in (b"\x03node", b"\x05node", b"\x04no\0\0"):
        broken = asked.replace(b"\x04node", label)
        assert any(say.allows(broken) for say in mdns.SAYS) is (label == b"\x04no\0\0")


def test_no_device_is_asked_more_than_nine_times():
    many = [Question(dns_codec.name_of(f"{kind}.local"), PTR) for kind in mdns.TYPES]
    listed = bytes.fromhex("0000 8400 0000") + len(many).to_bytes(2, "big") + bytes(4)
    for question in many:
        name = dns_codec.encoded(question.name)
        listed += (
            b"\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\1\0\0\0\x0a" + len(name).to_bytes(2, "big") + name
        )
    peer = said(listed)
    heard = hold_with(mdns.probe(TARGET), peer.answer)
    assert len(peer.sent) == 5
    assert len(heard.facts["mdns.services"]) == 32


def test_silence_after_the_list_leaves_the_list():
    heard = hold_with(mdns.probe(TARGET), said(LISTED).answer)
    assert set(heard.facts) == {"mdns.services"}


@pytest.mark.parametrize(
    "datagram", [mdns.LIST, bytes(12), b"", LISTED[:40], bytes.fromhex("0000 8400 0000 0000 0000 0000")]
)
def test_what_answers_nothing_is_a_peer_error(datagram):
    with pytest.raises(PeerError):
        hold_with(mdns.probe(TARGET), said(datagram).answer)


@pytest.mark.parametrize(
    ("strings", "facts"),
    [
        ((b"mac=00:17:88:AA:bb:01",), {"mdns.mac": "00:17:88:aa:bb:01"}),
        ((b"macaddress=ACCC8E012345",), {"mdns.mac": "ac:cc:8e:01:23:45"}),
        ((b"mac_address=00:11:32:01:02:03|00:11:32:01:02:04",), {"mdns.mac": "00:11:32:01:02:03"}),
        ((b"mac=none",), {}),
        ((b"usb_MFG=Brother", b"usb_MDL=HL-L2350DW"), {"mdns.manufacturer": "Brother", "mdns.model": "HL-L2350DW"}),
        ((b"version_major=7", b"version_minor=2", b"version_build=64570"), {"mdns.firmware": "7.2-64570"}),
        ((b"fwVer=5.1.0", b"SerialNumber=Q195B12345"), {"mdns.firmware": "5.1.0", "mdns.serial": "Q195B12345"}),
        ((b"=x", b"key", b"model="), {}),
    ],
)
def test_the_keys_of_a_txt_record_become_facts(strings, facts):
    record = dns_codec.Record((b"x", b"_http", b"_tcp", b"local"), TXT, 10, strings=strings)
    message = dns_codec.Message(0, True, 0, 0, (), (record,))
    found = service_discovery.read([message])
    assert {
        fact: value for fact, value in found.items() if fact not in ("mdns.services", "mdns.instances", "mdns.txt")
    } == facts


@pytest.mark.parametrize("size", range(0, len(DESCRIBED), 7))
def test_an_answer_cut_anywhere_is_a_protocol_error(size):
    with pytest.raises(ProtocolError):
        mdns.parse(DESCRIBED[:size])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=200), max_size=4), st.sampled_from([b"", LISTED[:60], HAP_LISTED]))
def test_junk_ends_in_facts_or_in_a_peer_error(junk, start):
    try:
        heard = hold_with(mdns.probe(TARGET), said(start + junk[0] if junk else start, *junk[1:]).answer)
    except PeerError:
        return
    assert set(heard.facts) <= set(mdns.FACTS)
