import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import EVIDENCE_LIMIT, Target
from scanner.protocols import sadp

TARGET = Target(Endpoint("192.0.2.1", 37020, "udp"))
# Written from general knowledge of Hikvision's search tool: the elements and their order as cameras send them.
ANSWER = b"""<?xml version="1.0" encoding="UTF-8" ?>\r
<ProbeMatch>\r
<Uuid>13A888A9-F1B1-4020-AE9F-05607682D23B</Uuid>\r
<Types>inquiry</Types>\r
<DeviceType>139264</DeviceType>\r
<DeviceDescription>DS-2CD2142FWD-I</DeviceDescription>\r
<DeviceSN>DS-2CD2142FWD-I20170305AAWR712345678</DeviceSN>\r
<CommandPort>8000</CommandPort>\r
<HttpPort>80</HttpPort>\r
<MAC>44-19-b6-a1-c2-10</MAC>\r
<IPv4Address>192.0.2.1</IPv4Address>\r
<IPv4SubnetMask>255.255.255.0</IPv4SubnetMask>\r
<IPv4Gateway>192.0.2.254</IPv4Gateway>\r
<IPv6Address>::</IPv6Address>\r
<DHCP>false</DHCP>\r
<AnalogChannelNum>0</AnalogChannelNum>\r
<DigitalChannelNum>1</DigitalChannelNum>\r
<SoftwareVersion>V5.4.5build 170124</SoftwareVersion>\r
<DSPVersion>V7.3 build 170118</DSPVersion>\r
<BootTime>2026-10-02 03:11:40</BootTime>\r
<Encrypt>true</Encrypt>\r
<Activated>true</Activated>\r
<PasswordResetAbility>true</PasswordResetAbility>\r
<HCPlatformEnable>false</HCPlatformEnable>\r
<OEMInfo>HIKVISION</OEMInfo>\r
</ProbeMatch>\r
"""


def test_reads_everything_that_a_camera_says(recite):
    heard, sent = recite(sadp.probe(TARGET), [ANSWER])
    assert heard.facts == {
        "sadp.device_type": "139264",
        "sadp.model": "DS-2CD2142FWD-I",
        "sadp.serial": "DS-2CD2142FWD-I20170305AAWR712345678",
        "sadp.firmware": "V5.4.5build 170124",
        "sadp.dsp_version": "V7.3 build 170118",
        "sadp.mac": "44:19:b6:a1:c2:10",
        "sadp.ipv4": "192.0.2.1",
        "sadp.mask": "255.255.255.0",
        "sadp.gateway": "192.0.2.254",
        "sadp.ipv6": "::",
        "sadp.boot_time": "2026-10-02 03:11:40",
        "sadp.oem": "HIKVISION",
        "sadp.http_port": 80,
        "sadp.command_port": 8000,
        "sadp.analogue_channels": 0,
        "sadp.digital_channels": 1,
        "sadp.dhcp": False,
        "sadp.encrypted": True,
        "sadp.activated": True,
        "sadp.password_reset": True,
        "sadp.cloud_enabled": False,
    }
    assert heard.evidence.startswith(b"<DeviceType>139264")
    assert len(sent) == 1
    assert sadp.SAYS[0].allows(sent[0])


def test_a_device_that_nobody_has_activated_says_so():
    assert sadp.parse(ANSWER.replace(b"<Activated>true", b"<Activated>false")).facts["sadp.activated"] is False


@pytest.mark.parametrize(
    "kind", [b"activate", b"update", b"resetPassword", b"GetEncryptString", b"inquiry</Types><Types>update"]
)
def test_its_says_allow_nothing_that_changes_a_device(kind):
    assert not sadp.SAYS[0].allows(sadp.request().replace(b"inquiry", kind))


def test_a_number_or_a_boolean_that_is_none_is_no_fact():
    facts = sadp.parse(ANSWER.replace(b"<HttpPort>80", b"<HttpPort>x").replace(b"<DHCP>false", b"<DHCP>maybe")).facts
    assert "sadp.http_port" not in facts
    assert "sadp.dhcp" not in facts


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"{}",
        b"<Probe/>",
        sadp.request(),
        ANSWER.replace(b"inquiry", b"update"),
        b"<ProbeMatch><Types>inquiry</Types></ProbeMatch>",
    ],
)
def test_what_is_no_answer_to_an_inquiry_is_a_protocol_error(datagram):
    with pytest.raises(ProtocolError):
        sadp.parse(datagram)


@pytest.mark.parametrize("size", range(0, len(ANSWER), 3))
def test_an_answer_cut_anywhere_ends_in_facts_or_in_a_protocol_error(size):
    try:
        heard = sadp.parse(ANSWER[:size])
    except ProtocolError:
        return
    assert set(heard.facts) <= set(sadp.FACTS)


@given(st.binary(max_size=300), st.sampled_from([b"", b"<ProbeMatch><Types>inquiry</Types><MAC>", ANSWER[:300]]))
def test_junk_ends_in_facts_or_in_a_protocol_error(junk, start):
    try:
        heard = sadp.parse(start + junk)
    except ProtocolError:
        return
    assert set(heard.facts) <= set(sadp.FACTS)
    assert len(heard.evidence) <= EVIDENCE_LIMIT
