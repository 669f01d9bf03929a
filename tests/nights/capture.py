"""What a program really sends: tcpdump on the cable, and its file read by hand (pcap, https://www.tcpdump.org/manpages/pcap-savefile.5.txt)."""

import os
import signal
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from lab.namespace import tool

SCANNER_MAC = "02:54:4f:43:00:01"
FIN, SYN, RST = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of the scanner's side: "arp" with the address asked for, "tcp", "udp", "icmp" with where it goes; `other` names what is none of these."""

    protocol: str
    to: str
    source_port: int = 0
    port: int = 0
    flags: int = 0


@contextmanager
def captured(described: dict[str, Any], file: Path) -> Iterator[list[Packet]]:
    """Record what leaves the scanner's end of the city's cable while the block runs; the list is filled at its end."""
    if os.geteuid():
        pytest.skip(
            "tcpdump gives up its rights, which it may not in an ordinary user's namespace: run the tests as root"
        )
    command = [*described["enter"], tool("tcpdump"), "-i", described["interface"], "-Z", "root", "-n", "-U"]
    # A new interface greets its IPv6 neighbours by itself; those frames are the kernel's.
    command += [
        "--immediate-mode",
        "-s",
        "256",  # headers are enough, and the kernel's ring has one slot of that size for each frame
        "-B",
        "65536",
        "-w",
        str(file),
        f"ether src {SCANNER_MAC} and not (ip6 and multicast)",
    ]
    recorder = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert recorder.stderr is not None
    said = recorder.stderr.readline()
    while "listening on" not in said:
        assert said, "tcpdump did not begin"
        said = recorder.stderr.readline()
    packets: list[Packet] = []
    try:
        yield packets
    finally:
        recorder.send_signal(signal.SIGINT)
        summary = recorder.communicate()[1]
    assert "0 packets dropped by kernel" in summary
    packets += packets_in(file.read_bytes())


def packets_in(data: bytes) -> Iterator[Packet]:
    at = 24
    while at < len(data):
        _, _, size, _ = struct.unpack_from("=IIII", data, at)
        yield _packet(data[at + 16 : at + 16 + size])
        at += 16 + size


def _packet(frame: bytes) -> Packet:
    (kind,) = struct.unpack_from("!H", frame, 12)
    if kind == 0x0806:
        return Packet("arp", str(IPv4Address(frame[38:42])))
    if kind != 0x0800:
        return Packet(f"EtherType {kind:#06x}", frame[:6].hex(":"))
    to, above = str(IPv4Address(frame[30:34])), frame[14 + (frame[14] & 15) * 4 :]
    match frame[23]:
        case 6:
            source, port = struct.unpack_from("!HH", above)
            return Packet("tcp", to, source, port, above[13])
        case 17:
            source, port = struct.unpack_from("!HH", above)
            return Packet("udp", to, source, port)
        case 1:
            return Packet("icmp", to)
        case other:
            return Packet(f"IP protocol {other}", to)
