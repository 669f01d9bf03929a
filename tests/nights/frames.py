"""Every frame of a cable, both ways, read by hand: pcap (https://www.tcpdump.org/manpages/pcap-savefile.5.txt), Ethernet, IPv4 (RFC 791), UDP (RFC 768),
TCP (RFC 9293)."""

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
from tests.nights.capture import SCANNER_MAC

SYN, RST, ACK, FIN = 2, 4, 16, 1
_HEAD = struct.Struct("=IIII")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: when (seconds), whether the scanner sent it, what it is, the other side's address and port, the scanner's port, and its size in bytes."""

    when: float
    ours: bool
    protocol: str
    peer: str
    port: int = 0
    own_port: int = 0
    flags: int = 0
    sequence: int = 0
    payload: bytes = b""
    size: int = 0


@contextmanager
def everything_captured(described: dict[str, Any], file: Path) -> Iterator[list[Frame]]:
    """Record whatever passes the scanner's end of the city's cable while the block runs; the list is filled at its end."""
    if os.geteuid():
        pytest.skip(
            "tcpdump gives up its rights, which it may not in an ordinary user's namespace: run the tests as root"
        )
    command = [*described["enter"], tool("tcpdump"), "-i", described["interface"], "-Z", "root", "-n"]
    command += [
        "-U",
        "--immediate-mode",
        "-B",
        "65536",
        "-w",
        str(file),
    ]  # so that the last packets are there when it ends
    recorder = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert recorder.stderr is not None
    said = recorder.stderr.readline()
    while "listening on" not in said:
        assert said, "tcpdump did not begin"
        said = recorder.stderr.readline()
    frames: list[Frame] = []
    try:
        yield frames
    finally:
        recorder.send_signal(signal.SIGINT)
        summary = recorder.communicate()[1]
    assert "0 packets dropped by kernel" in summary
    frames += frames_in(file.read_bytes())


def frames_in(data: bytes) -> Iterator[Frame]:
    """The frames of a pcap file, in order."""
    at = 24
    while at < len(data):
        seconds, microseconds, size, _ = _HEAD.unpack_from(data, at)
        yield _frame(seconds + microseconds / 1e6, data[at + 16 : at + 16 + size])
        at += 16 + size


def _frame(when: float, frame: bytes) -> Frame:
    ours = frame[6:12].hex(":") == SCANNER_MAC
    (kind,) = struct.unpack_from("!H", frame, 12)
    if kind == 0x0806:
        return Frame(when, ours, "arp", str(IPv4Address(frame[38:42] if ours else frame[28:32])), size=len(frame))
    if kind == 0x86DD:
        return Frame(when, ours, f"icmpv6 {frame[54]}" if frame[20] in (0, 58) else "ipv6", frame[38:54].hex())
    if kind != 0x0800:
        return Frame(when, ours, f"EtherType {kind:#06x}", frame[:6].hex(":"))
    return _packet(when, ours, frame)


def _packet(when: float, ours: bool, frame: bytes) -> Frame:
    """What an Ethernet frame with IPv4 in it carries."""
    length = struct.unpack_from("!H", frame, 16)[0]
    peer = str(IPv4Address(frame[30:34] if ours else frame[26:30]))
    if struct.unpack_from("!H", frame, 20)[0] & 0x1FFF:
        return Frame(when, ours, "fragment", peer, size=len(frame))  # all but the first: it has no ports
    above = frame[14 + (frame[14] & 15) * 4 : 14 + length]
    if frame[23] not in (6, 17):
        return Frame(when, ours, "icmp" if frame[23] == 1 else f"IP protocol {frame[23]}", peer, size=len(frame))
    ports = struct.unpack_from("!HH", above)
    own, port = ports if ours else reversed(ports)
    if frame[23] == 17:
        return Frame(when, ours, "udp", peer, port, own, payload=above[8:], size=len(frame))
    sequence = struct.unpack_from("!I", above, 4)[0]
    payload = above[(above[12] >> 4) * 4 :]
    return Frame(when, ours, "tcp", peer, port, own, above[13], sequence, payload, len(frame))
