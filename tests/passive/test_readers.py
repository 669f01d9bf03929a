"""Every reader against frames built byte by byte from its standard."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.packet import LINKS, Frame, decode
from scanner.passive import EVIDENCE_LIMIT, hear, load_readers
from scanner.passive.sighting import Sighting
from tests.wire_frames import (
    CAMERA,
    CAMERA_IP,
    PLC,
    ROUTER_IP,
    WEB_IP,
    arp,
    datagram,
    dhcp,
    ethernet,
    ipv4,
    ipv6,
    lldp,
    option,
    raw,
    segment,
    tlv,
    udp,
)


def heard(frame: bytes, link: int = 1) -> list[Sighting]:
    decoded = decode(frame, link, 1763000000.0)
    return list(hear(decoded)) if decoded else []


def told(frame: bytes) -> tuple[str, str, dict[str, object]]:
    """The address, the MAC address and the facts of the one device that the frame tells of."""
    (seen,) = heard(frame)
    return seen.address, seen.mac, dict(seen.facts)


# RFC 1035, section 4.1, and RFC 6763, section 4: a response with a PTR, an SRV, a TXT and an A record, with compression.
MDNS = (
    bytes.fromhex("0000 8400 0000 0001 0000 0003")
    + b"\x04_ipp\x04_tcp\x05local\0" + struct.pack("!HHIH", 12, 1, 120, 8) + b"\x05Lobby\xc0\x0c"
    + b"\xc0\x27" + struct.pack("!HHIH", 33, 1, 120, 16) + struct.pack("!HHH", 0, 0, 631) + b"\x07printer\xc0\x16"
    + b"\xc0\x27" + struct.pack("!HHIH", 16, 1, 120, 18) + b"\x11ty=Brother HL-L23"
    + b"\xc0\x41" + struct.pack("!HHIH", 1, 1, 120, 4) + raw(CAMERA_IP)
)  # fmt: skip
NOTIFY = (
    b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nUSN: uuid:1::upnp:rootdevice\r\n"
    b"LOCATION: http://10.20.0.7/d.xml\r\nSERVER: Linux/3.0.8 UPnP/1.0 Portable SDK for UPnP devices/1.6.18\r\n\r\n"
)
# ASHRAE 135, clause 16.10.1, example of annex F: I-Am of device 1234 of vendor 42, broadcast.
I_AM = bytes.fromhex("1000 c4020004d2 2201e0 9100 212a")
# IEC 61158-6-10: an identify response with name of station, vendor and device id, IP parameters and role.
DCP = (
    bytes.fromhex("feff 0501 00000001 0000") + struct.pack("!H", 50)
    + bytes.fromhex("0202 000a 0000") + b"pump-003"
    + bytes.fromhex("0203 0006 0000 002a 010d")
    + bytes.fromhex("0204 0004 0000 0200")
    + bytes.fromhex("0102 000e 0001") + raw(CAMERA_IP) + raw("255.255.255.0") + raw(ROUTER_IP)
)  # fmt: skip
CDP = b"\x02\xb4\0\0" + b"".join(
    struct.pack("!HH", kind, 4 + len(value)) + value
    for kind, value in (
        (1, b"sw-north-1"),
        (2, b"\0\0\0\1\1\1\xcc\0\4" + raw("10.20.0.2")),
        (4, b"\0\0\0\x08"),
        (5, b"Cisco IOS Software, Version 12.2(55)SE7"),
        (6, b"cisco WS-C2960-24TT-L"),
    )
)
# RFC 8446, section 4.1.2: one suite, a server name (RFC 6066, section 3), supported versions 1.3 and 1.2, extended master secret.
_HELLO = (
    b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\x01" + b"\1\0" + struct.pack("!H", 35)
    + b"\0\0" + struct.pack("!HHBH", 20, 18, 0, 15) + b"cloud.acme.test" + b"\0\x2b\0\5\4\3\4\3\3"
)  # fmt: skip
CLIENT_HELLO = b"\x16\3\1" + struct.pack("!HBBH", len(_HELLO) + 4, 1, 0, len(_HELLO)) + _HELLO


def test_arp_binds_an_address_to_a_mac():
    assert told(arp()) == (CAMERA_IP, CAMERA.hex(":"), {"arp.mac": CAMERA.hex(":")})
    assert told(arp(target=CAMERA_IP))[2]["arp.announced"] is True


def test_an_arp_probe_claims_no_address_yet():
    assert heard(arp(address="0.0.0.0")) == []


def test_dhcp_tells_how_a_device_calls_itself():
    options = (
        option(12, b"axis-accc8e012345") + option(55, bytes((1, 3, 6, 15))) + option(60, b"AXIS,Network Camera,P3245-LV,9.80.3.2")
        + option(61, b"\1" + CAMERA) + option(77, b"\5video") + option(124, bytes.fromhex("0000016a") + b"\4abcd") + option(50, raw(CAMERA_IP))
    )  # fmt: skip
    assert told(dhcp(3, options)) == (
        CAMERA_IP,
        CAMERA.hex(":"),
        {
            "dhcp.host_name": "axis-accc8e012345",
            "dhcp.parameters": "1,3,6,15",
            "dhcp.vendor_class": "AXIS,Network Camera,P3245-LV,9.80.3.2",
            "dhcp.client_id": "01:ac:cc:8e:01:23:45",
            "dhcp.user_class": "video",
            "dhcp.vendor_enterprise": 362,
            "dhcp.vendor_enterprise_class": "abcd",
            "dhcp.requested": CAMERA_IP,
        },
    )


def test_a_wish_in_a_dhcp_discover_is_not_an_address_yet():
    assert told(dhcp(1, option(50, raw(CAMERA_IP))))[0] == ""


def test_a_dhcp_answer_binds_the_client_and_names_the_server():
    client, server = heard(dhcp(5, option(54, raw(ROUTER_IP)), reply=True, yours=CAMERA_IP))
    assert (client.address, client.mac) == (CAMERA_IP, CAMERA.hex(":"))
    assert (server.address, server.mac, server.facts) == (ROUTER_IP, "", {"dhcp.serves": True})


def test_dhcpv6_tells_the_vendor_class():
    body = b"\1\1\2\3" + b"\0\x10\0\x0a" + bytes.fromhex("0000016a") + b"\0\4acme" + b"\0\x27\0\7" + b"\0\5lobby"
    frame = ethernet(0x86DD, ipv6(17, udp(546, 547, body), "fe80::7", "ff02::1:2"))
    assert told(frame) == (
        "fe80::7",
        CAMERA.hex(":"),
        {"dhcpv6.vendor_enterprise": 362, "dhcpv6.vendor_class": "acme", "dhcpv6.fqdn": "lobby"},
    )


def test_lldp_tells_chassis_names_address_and_inventory():
    med = [
        tlv(127, bytes.fromhex("0012bb") + bytes((kind,)) + text)
        for kind, text in ((5, b"B1"), (8, b"0004139"), (9, b"Snom"), (10, b"D785"))
    ]
    frame = lldp(
        tlv(1, b"\4" + CAMERA), tlv(2, b"\5eth0"), tlv(3, b"\0\x78"), tlv(5, b"lobby"), tlv(6, b"snom D785 10.1"),
        tlv(7, b"\0\x24\0\x24"), tlv(8, b"\5\1" + raw(CAMERA_IP) + b"\2\0\0\0\1\0"), *med,
    )  # fmt: skip
    address, mac, facts = told(frame)
    assert (address, mac) == (CAMERA_IP, CAMERA.hex(":"))
    assert facts["lldp.capabilities"] == ("bridge", "phone")
    assert {name: facts[f"lldp.{name}"] for name in ("hardware", "serial", "manufacturer", "model", "system_name")} == {
        "hardware": "B1", "serial": "0004139", "manufacturer": "Snom", "model": "D785", "system_name": "lobby",
    }  # fmt: skip


def test_lldp_without_an_address_is_known_by_its_mac():
    assert told(lldp(tlv(1, b"\7switch"), tlv(2, b"\5eth0")))[:2] == ("", PLC.hex(":"))


def test_cdp_tells_the_platform_and_its_address():
    frame = (
        bytes.fromhex("01000ccccccc") + PLC + struct.pack("!H", 8 + len(CDP)) + bytes.fromhex("aaaa0300000c2000") + CDP
    )
    address, mac, facts = told(frame)
    assert (address, mac) == ("10.20.0.2", PLC.hex(":"))
    assert facts["cdp.platform"] == "cisco WS-C2960-24TT-L"
    assert facts["cdp.capabilities"] == ("switch",)


def test_mdns_tells_services_and_names():
    address, mac, facts = told(datagram(5353, MDNS, target="224.0.0.251"))
    assert (address, mac) == (CAMERA_IP, CAMERA.hex(":"))
    assert facts["mdns.services"] == ("_ipp._tcp",)
    assert facts["mdns.instances"] == ("_ipp._tcp Lobby",)
    assert facts["mdns.txt"] == ("_ipp._tcp ty=Brother HL-L23",)
    assert facts["mdns.hostname"] == "printer.local"


def test_ssdp_announcements_and_answers_tell_the_same():
    seen = told(datagram(1900, NOTIFY, target="239.255.255.250"))
    assert seen[:2] == (CAMERA_IP, "")  # 239.255.255.250 is routed, so the frame's MAC address may be a router's
    answer = NOTIFY.replace(b"NOTIFY * HTTP/1.1", b"HTTP/1.1 200 OK").replace(b"NT:", b"ST:")
    assert told(datagram(1900, answer))[2] == seen[2]
    assert seen[2]["ssdp.server"] == "Linux/3.0.8 UPnP/1.0 Portable SDK for UPnP devices/1.6.18"


def test_a_device_that_says_goodbye_is_not_heard():
    assert heard(datagram(1900, NOTIFY.replace(b"alive", b"byebye"))) == []


def test_bacnet_tells_the_instance_and_the_vendor():
    body = bytes.fromhex("810b0018 0120ffff00ff") + I_AM
    assert told(datagram(47808, body))[2] == {"bacnet.instance": 1234, "bacnet.vendor_id": 42}


def test_a_bacnet_device_behind_a_router_is_one_behind_it():
    body = bytes.fromhex("810b001c 0128ffff00 0007 01 05 ff".replace(" ", "")) + I_AM
    (seen,) = heard(datagram(47808, body))
    assert seen.behind == "device 1234 on network 7"
    assert (seen.facts["bacnet.network"], seen.facts["bacnet.station"]) == (7, "05")


def test_dcp_tells_the_station():
    assert told(ethernet(0x8892, DCP, PLC, CAMERA)) == (
        CAMERA_IP,
        PLC.hex(":"),
        {
            "dcp.station_name": "pump-003",
            "dcp.vendor_id": "002a",
            "dcp.device_id": "010d",
            "dcp.role": ("io-controller",),
            "dcp.address": CAMERA_IP,
        },
    )


def test_mndp_tells_board_and_version():
    fields = ((1, CAMERA), (5, b"kerb-7"), (7, b"6.48.6 (long-term)"), (8, b"MikroTik"), (12, b"RB960PGS"))
    body = bytes(4) + b"".join(struct.pack("!HH", kind, len(value)) + value for kind, value in fields)
    address, mac, facts = told(datagram(5678, body))
    assert (address, mac, facts["mndp.board"], facts["mndp.identity"]) == (
        CAMERA_IP,
        CAMERA.hex(":"),
        "RB960PGS",
        "kerb-7",
    )


@pytest.mark.parametrize(
    ("kind", "source", "body", "address"),
    [
        (136, "fe80::7", bytes.fromhex("60000000") + raw("fd00::7") + b"\2\1" + CAMERA, "fd00::7"),
        (135, "fd00::7", bytes(4) + raw("fd00::1") + b"\1\1" + CAMERA, "fd00::7"),
        (135, "::", bytes(4) + raw("fd00::7"), "fd00::7"),
        (133, "fe80::7", bytes(4) + b"\1\1" + CAMERA, "fe80::7"),
        (134, "fe80::7", bytes(12) + b"\1\1" + CAMERA, "fe80::7"),
    ],
)
def test_neighbour_discovery_binds_an_address_to_a_mac(kind, source, body, address):
    frame = ethernet(0x86DD, ipv6(58, bytes((kind, 0, 0, 0)) + body, source, "ff02::1"))
    seen = told(frame)
    assert seen[:2] == (address, CAMERA.hex(":"))
    assert seen[2].get("nd.router", False) is (kind == 134)


def test_neighbour_discovery_that_was_routed_is_not_believed():
    frame = ethernet(0x86DD, ipv6(58, bytes((136, 0, 0, 0)) + bytes(4) + raw("fd00::7"), "fd00::7", "ff02::1", hops=64))
    assert heard(frame) == []


def test_http_tells_the_server_at_its_port_and_the_client_at_none():
    (server,) = heard(segment(b"HTTP/1.1 200 OK\r\nServer: Boa/0.94.14rc21\r\n\r\nsecret page", ports=(8080, 40000)))
    assert (server.address, server.port, server.is_open, server.facts) == (
        CAMERA_IP,
        8080,
        True,
        {"http.server": "Boa/0.94.14rc21"},
    )
    assert b"secret" not in server.evidence
    (client,) = heard(
        segment(b"GET /update HTTP/1.1\r\nHost: x\r\nCookie: id=secret\r\nUser-Agent: ESP8266HTTPClient\r\n\r\n")
    )
    assert (client.port, client.facts) == (0, {"http_heard.user_agent": "ESP8266HTTPClient"})
    assert b"secret" not in client.evidence


def test_tls_tells_for_whom_a_device_asks():
    (seen,) = heard(segment(CLIENT_HELLO, ports=(40000, 443)))
    assert seen.facts == {"tls_heard.server_names": ("cloud.acme.test",), "tls_heard.newest": "TLSv1.3"}


def test_what_a_device_says_is_made_visible():
    facts = told(dhcp(1, option(12, b"\x1b[31mcam\xe2\x80\xae") + option(60, b"=HYPERLINK(1)\r\nx")))[2]
    assert facts["dhcp.host_name"] == r"\x1b[31mcam\u202e"
    assert "\n" not in str(facts["dhcp.vendor_class"])


@pytest.mark.parametrize("tags", ["8100 0007", "88a8 0005 8100 0007"])
def test_tags_of_a_vlan_are_passed_over(tags):
    frame = arp()
    assert told(frame[:12] + bytes.fromhex(tags) + frame[12:])[0] == CAMERA_IP


@pytest.mark.parametrize(
    ("link", "head"),
    [
        (101, b""),
        (0, struct.pack("<I", 2)),
        (113, struct.pack("!HHH", 1, 1, 6) + CAMERA + bytes(2) + b"\x08\0"),
        (276, b"\x08\0" + bytes(2) + struct.pack("!IHBB", 1, 1, 1, 6) + CAMERA + bytes(2)),
    ],
)
def test_other_links_than_ethernet_are_decoded(link, head):
    frame = head + ipv4(17, udp(5353, 5353, MDNS), target="224.0.0.251")
    (seen,) = heard(frame, link)
    assert seen.address == CAMERA_IP
    assert seen.mac == (CAMERA.hex(":") if link in (113, 276) else "")


FRAMES = [
    arp(), dhcp(3, option(12, b"x") + option(124, bytes(4) + b"\1a")), lldp(tlv(1, b"\4" + CAMERA), tlv(8, b"\5\1" + raw(CAMERA_IP))),
    datagram(5353, MDNS), datagram(1900, NOTIFY), datagram(47808, bytes.fromhex("810b0018 0120ffff00ff") + I_AM), ethernet(0x8892, DCP),
    datagram(5678, bytes(4) + b"\0\5\0\1x"), segment(CLIENT_HELLO), segment(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"),
    bytes.fromhex("01000ccccccc") + PLC + struct.pack("!H", 8 + len(CDP)) + bytes.fromhex("aaaa0300000c2000") + CDP,
    ethernet(0x86DD, ipv6(58, bytes((136, 0, 0, 0)) + bytes(4) + raw("fd00::7"), "fd00::7", "ff02::1")),
    ethernet(0x86DD, ipv6(17, udp(546, 547, b"\1\1\2\3\0\x10\0\x0a" + bytes(4) + b"\0\4acme"), "fe80::7", "ff02::1:2")),
]  # fmt: skip


def wholesome(sightings: list[Sighting]) -> bool:
    declared = {fact for reader in load_readers().values() for fact in reader.FACTS}
    return all(set(seen.facts) <= declared and len(seen.evidence) <= EVIDENCE_LIMIT for seen in sightings)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[12:14].hex())
def test_a_frame_cut_anywhere_ends_in_sightings(frame):
    assert all(wholesome(heard(frame[:size])) for size in range(len(frame)))


@given(st.sampled_from(FRAMES), st.data())
def test_a_frame_with_wrong_bytes_ends_in_sightings(frame, data):
    broken = bytearray(frame)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(12, len(frame) - 1))] = data.draw(st.integers(0, 255))
    assert wholesome(heard(bytes(broken)))


@given(st.binary(max_size=200), st.sampled_from(sorted(LINKS)))
def test_junk_ends_in_sightings(junk, link):
    assert wholesome(heard(junk, link))


KEYS = sorted({key for reader in load_readers().values() for key in reader.HEARS})


@given(st.sampled_from(KEYS), st.binary(max_size=400))
def test_junk_for_each_reader_ends_in_sightings(key, junk):
    kind, port = key
    source, target = (raw("fe80::7"), raw("ff02::1")) if kind == "icmp6" else (raw(CAMERA_IP), raw(WEB_IP))
    frame = Frame(kind, junk, CAMERA, PLC, source, target, port, port, hops=255)
    assert wholesome(list(hear(frame)))
