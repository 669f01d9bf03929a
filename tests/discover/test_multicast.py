"""Everybody on a segment is asked at once only by the operator's leave, once, and where nobody outside the scope would hear it."""

import ipaddress
import json
import sys
from pathlib import Path

import pytest

from inventory.model import Endpoint, Level
from scanner.conversation import Target, read_alone
from scanner.discover import Sweep, parse_targets
from scanner.discover.links import Link
from scanner.gathering import group_of, grouped, reachable
from scanner.pace import PACES
from scanner.protocols import load_protocols
from scanner.scope import Grant, Scope
from scanner.spans import read
from tests.conftest import TOCSIN
from tests.nights.capture import packets_in
from tests.segment import Segment

# Bound to the group, so that it hears nothing else.
RESPONDER = """
import socket, sys
own = sys.argv[1]
here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
here.bind(("239.255.255.250", 1900))
here.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.255.255.250") + socket.inet_aton(own))
print("ready", flush=True)
while True:
    data, sender = here.recvfrom(2048)
    if data.startswith(b"M-SEARCH * HTTP/1.1"):
        answer = "HTTP/1.1 200 OK\\r\\nST: upnp:rootdevice\\r\\nUSN: uuid:%s::upnp:rootdevice\\r\\nSERVER: Sign/2.1\\r\\n\\r\\n"
        speaking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        speaking.bind((own, 0))
        speaking.sendto((answer % own).encode(), sender)
"""
DEVICE, STRANGER = "10.99.0.5", "10.99.1.9"
LINK = Link("port10", "10.99.0.1", read("10.99.0.0/24"), True)
ANSWER = b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\nSERVER: Sign/2.1\r\n\r\n"


def sweep(targets: str = "10.99.0.0/24", networks: str = "10.99.0.0/24", deny: str = "") -> Sweep:
    denied = (ipaddress.ip_network(deny),) if deny else ()
    grant = Grant((ipaddress.ip_network(networks),), denied, Level.IDENTIFY, "test")
    return Sweep(parse_targets((targets,)), (80,), PACES["lab"], Scope([grant]), Level.IDENTIFY)


@pytest.fixture(scope="module")
def street(segment: Segment) -> Segment:
    """A device that answers its group, and one on the same cable whose address is outside the scope."""
    for address, mac in ((DEVICE, "44:19:b6:00:00:05"), (STRANGER, "44:19:b6:00:00:09")):
        host = segment.add_host(address, mac)
        host.start(sys.executable, "-c", RESPONDER, address)
    segment.run("ip", "address", "add", "10.99.1.1/24", "dev", "port10")
    segment.hosts[STRANGER].run("ip", "route", "add", "10.99.0.0/24", "dev", "port12")
    return segment


def scanned(segment: Segment, folder: Path, *wish: str) -> tuple[dict[str, dict[str, object]], list[str]]:
    """What one scan heard by SSDP, by address, and every group that was asked on the cable."""
    stop = segment.scanner.record("port10", folder / "cable.pcap")
    report = folder / "report.json"
    kept = ["--store", str(folder / "t.db"), "--audit", str(folder / "audit.jsonl")]
    asked = ["scan", "10.99.0.0/24", "--authorised-by", "test", "--pace", "lab", "--ports", "80", "--quiet"]
    segment.run(*TOCSIN, *kept, *asked, "-o", str(report), *wish)
    stop()
    devices = json.loads(report.read_text())["devices"]
    heard = {d["addresses"][0]: s["facts"] for d in devices for s in d["services"] if s["protocol"] == "ssdp"}
    packets = packets_in((folder / "cable.pcap").read_bytes())
    return heard, [p.to for p in packets if p.protocol == "udp" and ipaddress.ip_address(p.to).is_multicast]


def test_nobody_is_asked_all_at_once_without_leave(street, tmp_path):
    assert scanned(street, tmp_path) == ({}, [])


def test_everybody_is_asked_once_and_who_is_in_the_scope_is_heard(street, tmp_path):
    heard, groups = scanned(street, tmp_path, "--multicast")
    assert {address: facts["ssdp.server"] for address, facts in heard.items()} == {DEVICE: "Sign/2.1"}
    assert sorted(groups) == sorted(group_of(protocol).address for protocol in grouped())
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [line["outcome"] for line in lines if line["target"] == "239.255.255.250:1900/udp on port10"] == [
        "2 answers"
    ]


def test_a_segment_that_is_in_the_scope_as_a_whole_may_be_asked():
    assert reachable(sweep(), (LINK,)) == ((LINK,), ())


@pytest.mark.parametrize(
    "asked",
    [sweep("10.99.0.0/25", "10.99.0.0/25"), sweep(deny="10.99.0.66/32")],
    ids=["a part of it", "a denied address"],
)
def test_a_segment_where_others_would_hear_it_is_not_asked_and_that_is_said(asked):
    assert reachable(asked, (LINK,)) == ((), ("no multicast on port10: it would reach addresses outside the scope",))


def test_a_segment_that_is_not_scanned_is_not_asked():
    assert reachable(sweep("10.98.0.0/24", "10.98.0.0/24"), (LINK,)) == ((), ())


@pytest.mark.parametrize("protocol", grouped(), ids=lambda protocol: protocol.NAME)
def test_what_a_group_is_asked_is_what_one_device_would_be_asked(protocol):
    group = group_of(protocol)
    assert ipaddress.ip_address(group.address).is_multicast
    assert any(say.allows(group.request) for say in protocol.SAYS)


def test_an_answer_is_read_by_the_protocols_own_conversation():
    target = Target(Endpoint(DEVICE, 1900, "udp"))
    heard = read_alone(load_protocols()["ssdp"], target, ANSWER)
    assert heard is not None
    assert heard.facts["ssdp.server"] == "Sign/2.1"
    assert read_alone(load_protocols()["ssdp"], target, b"junk") is None
