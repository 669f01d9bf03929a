from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError, ProtocolError
from inventory.model import Device, Endpoint, Observation
from scanner.conversation import Heard, Target
from scanner.protocols import ipp, tls

TARGET = Target(Endpoint("192.0.2.1", 631))
RECORDED = (Path(__file__).parent.parent / "bytes/ipp/ippeveprinter-2.4.2.bin").read_bytes()
BODY = RECORDED.partition(b"\r\n\r\n")[2]
GROUP = BODY[:8] + b"\x04"


def attribute(tag: int, name: bytes, value: bytes) -> bytes:
    return bytes((tag,)) + len(name).to_bytes(2, "big") + name + len(value).to_bytes(2, "big") + value


def parsed(*attributes: bytes) -> Heard:
    return ipp.parse(GROUP + b"".join(attributes) + b"\x03")


def test_reads_what_ippeveprinter_says(recite):
    heard, sent = recite(ipp.probe(TARGET), [RECORDED])
    assert heard.facts == {
        "ipp.status": 0,
        "ipp.server": "CUPS/2.4.2",
        "ipp.make_and_model": "Example Laser 9",
        "ipp.info": "City Hall",
        "ipp.device_id": "MFG:Example;MDL:Laser 9;CMD:PDF;",
        "ipp.manufacturer": "Example",
        "ipp.model": "Laser 9",
        "ipp.uuid": "urn:uuid:a7fce620-0043-3f39-5044-e3fe714e2a04",
        "ipp.state": "idle",
        "ipp.tls": False,
    }
    assert heard.evidence.startswith(b"printer-device-id")
    assert len(sent) == 1


def test_asks_as_the_standard_says(recite):
    # RFC 8010, section 3.1: version 1.1, operation 0x000b, request 1, the operation attributes, the end.
    _, (sent,) = recite(ipp.probe(TARGET), [RECORDED])
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ipp/print HTTP/1.1\r\nHost: 192.0.2.1\r\n")
    assert b"Content-Length: %d\r\n" % len(body) in head
    assert body.startswith(bytes.fromhex("0101 000b 00000001 01 47 0012") + b"attributes-charset")
    assert b"\x45\x00\x0bprinter-uri\x00\x19ipp://192.0.2.1/ipp/print" in body
    assert body.endswith(b"\x44\x00\x00\x00\x0dprinter-state\x03")


@pytest.mark.parametrize(
    "target", [TARGET, Target(Endpoint("2001:db8::1", 6310), tls=True), Target(TARGET.endpoint, name="print.test")]
)
def test_everything_it_sends_is_in_its_says(recite, target):
    _, (sent,) = recite(ipp.probe(target), [RECORDED])
    assert ipp.SAYS[0].allows(sent)


@pytest.mark.parametrize(
    "operation", [0x0002, 0x0003, 0x000A, 0x0010, 0x0012]
)  # Print-Job, Print-URI, Get-Jobs, Pause-Printer, Purge-Jobs
def test_no_other_operation_is_in_its_says(recite, operation):
    _, (sent,) = recite(ipp.probe(TARGET), [RECORDED])
    assert not ipp.SAYS[0].allows(sent.replace(b"\x01\x01\x00\x0b", b"\x01\x01" + operation.to_bytes(2, "big")))


def test_the_serial_number_is_read_from_the_device_id():
    device_id = attribute(0x41, b"printer-device-id", b"MANUFACTURER:Xerox;MODEL: VersaLink C405;SERN:abc\x00;SN:2;X;")
    facts = parsed(device_id).facts
    assert (facts["ipp.manufacturer"], facts["ipp.model"], facts["ipp.serial"]) == (
        "Xerox",
        "VersaLink C405",
        r"abc\x00",
    )


def test_a_text_with_its_language_and_the_first_of_several_values_are_read():
    firmware = attribute(0x41, b"printer-firmware-string-version", b"1.2") + attribute(0x41, b"", b"3.4")
    info = attribute(0x35, b"printer-info", b"\0\2en\0\5Lobby")
    assert parsed(firmware, info).facts == {"ipp.status": 0, "ipp.firmware": "1.2", "ipp.info": "Lobby"}


def test_what_the_printer_does_not_know_is_no_fact():
    assert parsed(attribute(0x12, b"printer-firmware-string-version", b"")).facts == {"ipp.status": 0}


def test_a_refusal_still_proves_that_it_speaks_ipp():
    assert ipp.parse(BODY[:2] + b"\x04\x06" + BODY[4:8] + b"\x03").facts == {"ipp.status": 0x0406}


def test_a_printer_that_closes_in_clear_is_invited_inside_tls(recite):
    with pytest.raises(ProtocolError, match="TLS"):
        recite(ipp.probe(TARGET), [b""])
    closed = Device("address:192.0.2.1", ("192.0.2.1",), open_ports=(TARGET.endpoint,))
    assert ipp.invited(closed) == (Target(TARGET.endpoint, tls=True),)
    spoken = Observation(TARGET.endpoint, "ipp", {"ipp.tls": False}, b"", datetime(2026, 1, 1, tzinfo=UTC))
    assert ipp.invited(Device("a", ("192.0.2.1",), open_ports=(spoken.endpoint,), observations=(spoken,))) == ()


def test_the_tls_of_a_printer_is_looked_into_once():
    when = datetime(2026, 1, 1, tzinfo=UTC)
    spoken = Observation(TARGET.endpoint, "ipp", {"ipp.tls": True}, b"", when)
    looked_into = Observation(TARGET.endpoint, "tls", {}, b"", when)
    in_clear = Observation(TARGET.endpoint, "ipp", {"ipp.tls": False}, b"", when)
    for seen, targets in (((spoken,), (TARGET,)), ((spoken, looked_into), ()), ((in_clear,), ())):
        assert tls.invited(Device("address:192.0.2.1", ("192.0.2.1",), observations=seen)) == targets


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\x01\x01\0\0\0\0\0\x02\x03",
    ],
)
def test_another_answer_is_a_protocol_error(recite, answer):
    with pytest.raises(ProtocolError):
        recite(ipp.probe(TARGET), [answer])


@pytest.mark.parametrize("size", range(len(BODY)))
def test_an_answer_cut_anywhere_is_a_protocol_error(size):
    with pytest.raises(ProtocolError):
        ipp.parse(BODY[:size])


@pytest.mark.parametrize("cut", [1, 2, 3, 7])
def test_pieces_of_any_size_make_the_same_answer(recite, cut):
    assert recite(ipp.probe(TARGET), [RECORDED], cut=cut)[0] == recite(ipp.probe(TARGET), [RECORDED])[0]


@given(st.binary(max_size=300), st.sampled_from([b"", GROUP, BODY[:120], BODY[:-10]]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = ipp.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(ipp.FACTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=200))
def test_any_page_ends_in_facts_or_in_a_peer_error(recite, junk):
    try:
        heard, _ = recite(ipp.probe(TARGET), [RECORDED[:80] + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(ipp.FACTS)
