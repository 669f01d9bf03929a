import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import dhip

TARGET = Target(Endpoint("192.0.2.1", 37810, "udp"))
# Written from general knowledge of Dahua's configuration tool: the fields and values as a camera of 2016 sends them.
BODY = (
    b'{ "mac" : "4C-11-BF-C2-0B-9D", "method" : "client.notifyDevInfo", "params" : { "deviceInfo" : { "AlarmInputChannels" : 0,'
    b' "AlarmOutputChannels" : 0, "DeviceClass" : "IPC", "DeviceType" : "IPC-HDW5421S", "HttpPort" : 80, "IPv4Address" : {'
    b' "DefaultGateway" : "192.0.2.254", "DhcpEnable" : false, "IPAddress" : "192.0.2.1", "SubnetMask" : "255.255.255.0" },'
    b' "IPv6Address" : { "DefaultGateway" : "", "DhcpEnable" : false, "IPAddress" : "2001:db8::1\\/112" }, "Init" : 166,'
    b' "MachineName" : "Gate", "Manufacturer" : "Private", "Port" : 37777, "RemoteVideoInputChannels" : 0, "SerialNo" : "1F006E4PAX00075",'
    b' "Vendor" : "Dahua", "Version" : "2.400.0.8", "VideoInputChannels" : 1, "VideoOutputChannels" : 16 } } }\n'
)


def framed(body: bytes) -> bytes:
    return b"\x20\0\0\0DHIP" + bytes(8) + struct.pack("<QQ", len(body), len(body)) + body


ANSWER = framed(BODY)


def test_reads_everything_that_a_camera_says(recite):
    heard, sent = recite(dhip.probe(TARGET), [ANSWER])
    assert heard.facts == {
        "dhip.model": "IPC-HDW5421S",
        "dhip.device_class": "IPC",
        "dhip.serial": "1F006E4PAX00075",
        "dhip.firmware": "2.400.0.8",
        "dhip.vendor": "Dahua",
        "dhip.manufacturer": "Private",
        "dhip.name": "Gate",
        "dhip.http_port": 80,
        "dhip.private_port": 37777,
        "dhip.init": 166,
        "dhip.initialised": True,
        "dhip.video_inputs": 1,
        "dhip.remote_video_inputs": 0,
        "dhip.mac": "4c:11:bf:c2:0b:9d",
        "dhip.ipv4": "192.0.2.1",
        "dhip.ipv6": "2001:db8::1/112",
        "dhip.dhcp": False,
    }
    assert heard.evidence.startswith(b'"deviceInfo"')
    assert sent == [dhip.REQUEST]


def test_the_search_is_byte_for_byte_that_of_the_makers_tool():
    assert dhip.REQUEST[:32] == bytes.fromhex("20000000 44484950 0000000000000000 4900000000000000 4900000000000000")
    assert dhip.REQUEST[32:] == b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
    assert [say.allows(dhip.REQUEST.replace(b"search", b"setConfig")) for say in dhip.SAYS] == [False]


@pytest.mark.parametrize(("init", "meaning"), [(1, False), (1162, True), (165, False), (0, None), (3, None)])
def test_the_lowest_bits_of_init_say_whether_it_has_a_first_password(init, meaning):
    heard = dhip.parse(framed(BODY.replace(b'"Init" : 166', b'"Init" : %d' % init)))
    assert heard.facts.get("dhip.initialised") is meaning


def test_an_answer_without_a_length_or_with_a_zero_behind_it_is_read():
    assert dhip.parse(b"\x20\0\0\0DHIP" + bytes(24) + BODY + b"\0").facts["dhip.model"] == "IPC-HDW5421S"


def with_info(**info: object) -> bytes:
    message = {"method": "client.notifyDevInfo", "params": {"deviceInfo": info}}
    return framed(json.dumps(message).encode())


def test_a_field_of_the_wrong_type_is_no_fact():
    facts = dhip.parse(
        with_info(DeviceType="X1", SerialNo=7, HttpPort="80", Port=True, IPv4Address=[1], IPv6Address={"IPAddress": 1})
    ).facts
    assert facts == {"dhip.model": "X1"}


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x20\0\0\0DHIP",
        dhip.REQUEST,
        framed(b"{}"),
        framed(b"[]"),
        framed(b'"x"'),
        framed(b"{" * 5000),
        framed(b"[" * 5000),
        framed(b'{"method":"client.notifyDevInfo","params":[]}'),
        framed(b'{"method":"client.notifyDevInfo","params":{"deviceInfo":7}}'),
        framed(b'{"a":' + b"9" * 6000 + b"}"),
        with_info(),
        with_info(SerialNo=""),
    ],
)
def test_what_is_no_answer_to_a_search_is_a_protocol_error(datagram):
    with pytest.raises(ProtocolError):
        dhip.parse(datagram)


@pytest.mark.parametrize("size", range(len(ANSWER)))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_protocol_error(size):
    try:
        heard = dhip.parse(ANSWER[:size])
    except ProtocolError:
        return
    assert set(heard.facts) <= set(dhip.FACTS)


@given(st.binary(max_size=300), st.sampled_from([b"", ANSWER[:32], ANSWER[:200]]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = dhip.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(dhip.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
