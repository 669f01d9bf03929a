"""The capture filter takes what a reader reads, and nothing else."""

import struct

import pytest

from scanner.bpf import listening
from scanner.passive import udp_ports
from tests.bpf_machine import run
from tests.wire_frames import CAMERA, arp, datagram, dhcp, ethernet, ipv4, ipv6, lldp, raw, segment, tcp, udp

PROGRAM, LENGTH = listening(udp_ports())
LINK_LOCAL = ("fe80::7", "ff02::1")
CDP = bytes.fromhex("01000ccccccc") + CAMERA + struct.pack("!H", 40) + bytes.fromhex("aaaa0300000c2000") + bytes(32)
ADVERT = bytes((136, 0, 0, 0)) + bytes(4) + raw("fd00::7")
WANTED = {
    "arp": arp(), "dhcp": dhcp(1), "lldp": lldp(), "cdp": CDP, "profinet": ethernet(0x8892, bytes(30)),
    "mdns": datagram(5353, bytes(12)), "bacnet": datagram(47823, bytes(12)), "http": segment(b"HTTP/1.1 200 OK\r\n"),
    "tls": segment(b"\x16\3\1" + bytes(9)), "neighbours": ethernet(0x86DD, ipv6(58, ADVERT, *LINK_LOCAL)),
    "dhcpv6": ethernet(0x86DD, ipv6(17, udp(546, 547, bytes(9)), *LINK_LOCAL)),
    "http6": ethernet(0x86DD, ipv6(6, tcp(80, 40000, b"GET / HTTP/1.1\r\n"), *LINK_LOCAL)),
}  # fmt: skip
UNWANTED = {
    "nothing": b"", "short": arp()[:13], "ipx": ethernet(0x8137, bytes(30)), "spanning tree": CDP[:12] + bytes.fromhex("0026424203") + bytes(33),
    "dns": datagram(53, bytes(12)), "bare ack": segment(b""), "padded ack": segment(b"") + bytes(6), "tls data": segment(b"\x17\3\3" + bytes(90)),
    "echo": ethernet(0x86DD, ipv6(58, bytes((128, 0)) + bytes(20), *LINK_LOCAL)),
    "fragment": dhcp(1)[:20] + b"\0\x20" + dhcp(1)[22:], "ospf": ethernet(0x0800, ipv4(89, bytes(30))),
}  # fmt: skip


@pytest.mark.parametrize("name", WANTED)
def test_what_a_reader_reads_is_taken(name):
    assert run(PROGRAM, WANTED[name]) > 0


@pytest.mark.parametrize("name", UNWANTED)
def test_everything_else_is_dropped(name):
    assert run(PROGRAM, UNWANTED[name]) == 0


@pytest.mark.parametrize("name", WANTED)
def test_what_this_machine_sends_itself_is_dropped(name):
    assert run(PROGRAM, WANTED[name], packet_type=4) == 0


def test_the_program_is_as_long_as_it_says_and_as_the_kernel_allows():
    assert len(PROGRAM) == LENGTH * 8 < 4096 * 8
