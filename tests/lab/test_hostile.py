"""What the hostile fakes do on the wire, seen without the scanner."""

import asyncio
import json
import ssl
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from lab.fake import Log
from lab.segment import arp_reply
from lab.services.bloated import Bloated
from lab.services.every_port import EveryPort
from tests.conftest import city, scan

MAC, ADDRESS = bytes.fromhex("000db9521214"), bytes((10, 77, 0, 214))
CLIENT_MAC, CLIENT = bytes.fromhex("02544f430001"), bytes((10, 77, 0, 1))
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
CONNECT = """
import json, socket, sys
said = {}
for port in (1, 7, 9100, 49152, 65535):
    with socket.create_connection((sys.argv[1], port), 10) as asking:
        said[port] = asking.recv(100).decode()
print(json.dumps(said))
"""


def segment(flags: int, sequence: int, acknowledged: int, data: bytes = b"") -> bytes:
    """A frame with a TCP segment to the host; its checksums are of no account to it (RFC 9293, section 3.1; RFC 791, section 3.1)."""
    tcp = struct.pack("!HHIIBBHHH", 40000, 80, sequence, acknowledged, 5 << 4, flags, 1024, 0, 0) + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, CLIENT, ADDRESS)
    return MAC + CLIENT_MAC + b"\x08\x00" + ip + tcp


def heard(frames: tuple[bytes, ...]) -> list[tuple[int, int, int, bytes]]:
    """Of each segment that came back: flags, sequence number, acknowledgement and data."""
    found = []
    for frame in frames:
        assert (frame[:6], frame[6:12], frame[26:30], frame[30:34]) == (CLIENT_MAC, MAC, ADDRESS, CLIENT)
        sequence, acknowledged = struct.unpack_from("!II", frame, 38)
        found.append((frame[47], sequence, acknowledged, frame[54:]))
    return found


def test_the_host_with_every_port_shakes_hands_greets_acknowledges_and_closes():
    host, log = EveryPort(b"hello"), Log()

    def said(flags: int, sequence: int, acknowledged: int, data: bytes = b"") -> list[tuple[int, int, int, bytes]]:
        return heard(host.answers(segment(flags, sequence, acknowledged, data), MAC, ADDRESS, log))

    ((flags, first, acknowledged, _),) = said(SYN, 1000, 0)
    assert (flags, acknowledged) == (SYN | ACK, 1001)
    assert said(ACK, 1001, first + 1) == [(PSH | ACK, first + 1, 1001, b"hello")]
    assert (log.connections, log.open_now) == (1, 1)
    assert said(PSH | ACK, 1001, first + 6, data=b"GET /") == [(ACK, first + 6, 1006, b"")]
    assert said(FIN | ACK, 1006, first + 6) == [(FIN | ACK, first + 6, 1007, b"")]
    assert said(ACK, 1007, first + 7) == []
    assert (log.connections, log.open_now) == (1, 0)


def test_the_host_with_every_port_says_nothing_to_a_reset_nor_to_what_is_not_for_it():
    host, log = EveryPort(b"hello"), Log()
    assert host.answers(segment(RST, 1, 0), MAC, ADDRESS, log) == ()
    assert host.answers(segment(SYN, 1, 0), MAC, bytes(4), log) == ()
    assert host.answers(segment(SYN, 1, 0)[:40], MAC, ADDRESS, log) == ()
    assert host.answers(b"", MAC, ADDRESS, log) == ()


def test_who_asks_for_the_address_is_told_the_mac_address_and_for_another_nothing():
    question = b"\xff" * 6 + CLIENT_MAC + bytes.fromhex("0806 0001 0800 06 04 0001") + CLIENT_MAC + CLIENT + bytes(6)
    answer = CLIENT_MAC + MAC + bytes.fromhex("0806 0001 0800 06 04 0002") + MAC + ADDRESS + CLIENT_MAC + CLIENT
    assert arp_reply(question + ADDRESS, MAC, ADDRESS) == answer
    assert arp_reply(question + CLIENT, MAC, ADDRESS) == b""


async def test_the_longest_certificate_fills_a_handshake_message_and_is_one(build):
    house = await build(Bloated(8443))
    hello, unused = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(unused, hello, server_hostname="bloated_server.lab")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    reader, writer = await asyncio.open_connection(house.address, 8443)
    writer.write(hello.read())
    said = bytearray()
    while len(said) < 42 + 4 + 2**24 - 1:  # the ServerHello, and the Certificate
        header = await reader.readexactly(5)
        assert header[:3] == b"\x16\x03\x03"
        said += await reader.readexactly(int.from_bytes(header[3:], "big"))
    writer.close()
    await writer.wait_closed()
    assert said[:4].hex() == "02000026"
    assert said[42:52].hex() == "0bfffffffffffcfffff9"
    assert (
        x509.load_der_x509_certificate(bytes(said[52:])).subject.rfc4514_string() == "CN=bloated_server.lab,O=Lab City"
    )


@pytest.mark.usefixtures("namespaces")
def test_in_namespaces_any_port_of_all_takes_a_connection():
    with city("--mode", "namespace", "--only", "open_host") as described:
        asked = [*described["enter"], sys.executable, "-c", CONNECT, "10.77.0.214"]
        said = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    assert said == dict.fromkeys(("1", "7", "9100", "49152", "65535"), "220 hello\r\n")
    assert described["log"]["open_host"]["connections"] == 5


def test_without_mac_addresses_another_host_key_keeps_the_password_from_the_next_device(tmp_path: Path):
    with city("--mode", "loopback", "--only", "passing_router") as described:
        scan(described, tmp_path, "--level", "login")
    assert described["log"]["passing_router_heir"]["connections"] > 0
    assert described["log"]["passing_router_heir"]["logins"] == {}
    assert described["harms"] == []
    (device,) = json.loads((tmp_path / "report.json").read_text())["devices"]
    reasons = {outcome["reason"] for outcome in device["outcomes"] if outcome["status"] == "unreached"}
    assert reasons == {"another device answers here now: its SSH host key is not the one that was shown before"}
