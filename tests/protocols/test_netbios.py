import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import netbios
from tests.datagrams import Datagrams
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 137, "udp"))
# Written from RFC 1002, section 4.2.18: three names of 15 bytes with suffix and flags, then the unit's identifier.
STATUS = (
    bytes.fromhex("7463 8400 0000 0001 0000 0000 20")
    + b"CK"
    + b"A" * 30
    + bytes.fromhex("00 0021 0001 00000000 0065 03")
    + (b"KIOSK-7        \0\x04\0" + b"CITY           \0\x84\0" + b"KIOSK-7        \x20\x04\0")
    + bytes.fromhex("001132010203")
    + bytes(40)
)


def test_asks_with_the_bytes_of_the_standard():
    # RFC 1001, section 14.1: "*" is 0x2a, that is "CK"; each zero byte "AA".
    assert netbios.REQUEST[12:] == b"\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\x01"
    assert netbios.SAYS[0].allows(netbios.REQUEST)


def test_reads_names_and_mac():
    heard = hold_with(netbios.probe(TARGET), Datagrams([STATUS]).answer)
    assert heard.facts == {
        "netbios.name": "KIOSK-7",
        "netbios.workgroup": "CITY",
        "netbios.names": ("KIOSK-7<00>", "CITY<00>", "KIOSK-7<20>"),
        "netbios.mac": "00:11:32:01:02:03",
    }


def test_a_server_that_states_no_mac_and_points_to_the_name_is_read():
    samba = STATUS[:12] + b"\xc0\x0c" + STATUS[46:-46] + bytes(46)
    assert "netbios.mac" not in netbios.parse(samba).facts
    assert netbios.parse(samba).facts["netbios.name"] == "KIOSK-7"


def test_who_is_logged_in_is_not_kept_and_the_name_of_the_machine_is():
    # Windows registers the user beside the machine under the messenger service's suffix, 03 (RFC 1002 knows the format; the suffixes are Microsoft's).
    names = [(b"KIOSK-7", 0x00), (b"KIOSK-7", 0x03), (b"ANNA.EXAMPLE", 0x03)]
    held = b"".join(name.ljust(15) + bytes([suffix]) + b"\x04\x00" for name, suffix in names)
    heard = netbios.parse(STATUS[:56] + bytes([len(names)]) + held + STATUS[-46:])
    assert heard.facts["netbios.names"] == ("KIOSK-7<00>", "KIOSK-7<03>")
    assert heard.facts["netbios.mac"] == "00:11:32:01:02:03"
    assert b"ANNA" not in heard.evidence
    assert b"KIOSK-7" in heard.evidence


@pytest.mark.parametrize("size", range(len(STATUS) - 46))
def test_an_answer_cut_within_its_names_is_a_protocol_error(size):
    with pytest.raises(ProtocolError):
        netbios.parse(STATUS[:size])


@given(st.binary(max_size=200), st.sampled_from([b"", STATUS[:12], STATUS[:56], STATUS[:57]]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = netbios.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(netbios.FACTS)
