"""The whole city, at the pace of a normal night: all that passed on the cable, held against the audit file and against what each protocol may say."""

import ipaddress
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from scanner.protocols import load_protocols
from tests.conftest import city, tocsin
from tests.nights.frames import ACK, FIN, RST, SYN, Frame, everything_captured

NETWORK, SCANNER, DENIED = "10.77.0.0/24", "10.77.0.1", "10.77.0.28"
# The whole scan may be fast, so that the test is; what one device sees is the normal pace's.
SCOPE = f"""
[[site]]
name = "all"
networks = ["{NETWORK}"]
deny = ["{SCANNER}", "{DENIED}"]
approved_by = "test"
[site.pace]
packets_per_second = 6000
"""
PACKETS, CONNECTIONS, UNPACED = 40, 4, 8
"""A second's worth for one device, by the normal pace; and what the kernel adds unasked (acknowledgements), which the next packets make up for."""
TIMES_TEN = 10
PRINTING = {515, *range(9100, 9108)}
# Neighbour discovery and the joining of its groups (RFC 4861, RFC 3810), which the kernel does by itself.
OF_THE_KERNEL = {f"icmpv6 {kind}" for kind in (0, 58, 133, 134, 135, 136, 143)}


@dataclass
class Connection:
    """A TCP connection that the scanner made: when it asked for it, when it let go of it, and what it said first."""

    address: str
    port: int
    began: float
    ended: float = 0.0
    said: dict[int, bytes] = field(default_factory=dict)

    @property
    def first(self) -> bytes:
        return self.said[min(self.said)] if self.said else b""


@dataclass
class Night:
    """What passed on the cable and what was written of it."""

    frames: list[Frame]
    audit: list[dict[str, Any]]
    described: dict[str, Any]
    returned: subprocess.CompletedProcess[str]
    connections: list[Connection] = field(default_factory=list)

    @property
    def ours(self) -> list[Frame]:
        return [frame for frame in self.frames if frame.ours]

    def audited(self, target: str) -> list[dict[str, Any]]:
        return [line for line in self.audit if line["target"] == target]


@pytest.fixture(scope="module")
def night(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "tocsin.toml").write_text(SCOPE)
    with city("--mode", "namespace", "--only", "all") as described:
        described["enter"] = [*described["enter"], "env", f"TOCSIN_CONFIG={folder / 'tocsin.toml'}"]
        with everything_captured(described, folder / "all.pcap") as frames:
            command = tocsin(described, folder, "scan", NETWORK, "--level", "identify")
            ended = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    audit = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    return Night(frames, audit, described, ended, list(connections_in(frames)))


def connections_in(frames: Iterable[Frame]) -> Iterator[Connection]:
    """The connections that were taken. What the sweep asks (SYN, then at most RST) and what is refused comes to none."""
    by_ports: dict[tuple[str, int, int, int], list[Frame]] = defaultdict(list)
    started: dict[tuple[str, int, int], int] = {}
    for frame in frames:
        if frame.protocol == "tcp" and frame.ours:
            ports = frame.peer, frame.port, frame.own_port
            if frame.flags & SYN:  # a port of ours may come round again to the same port of theirs
                started[ports] = frame.sequence
            by_ports[(*ports, started.get(ports, 0))].append(frame)
    for (address, port, _, _), sent in by_ports.items():
        if not any(frame.flags & ACK and not frame.flags & RST for frame in sent):
            continue
        found = Connection(address, port, sent[0].when)
        for frame in sent:
            if frame.payload:
                found.said.setdefault(frame.sequence - sent[0].sequence & 0xFFFFFFFF, frame.payload)
            if frame.flags & (FIN | RST) and not found.ended:
                found.ended = frame.when
        yield found


def most_in_a_second(times: Iterable[float]) -> int:
    """The most in any second, less the time of one packet at that pace, by which this machine may hold one back."""
    ordered, start, most = sorted(times), 0, 0
    for at, when in enumerate(ordered):
        while when - ordered[start] >= 1.0 - 1 / PACKETS:
            start += 1
        most = max(most, at - start + 1)
    return most


def by_device(items: Iterable[Any], address: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for item in items:
        found[getattr(item, address)].append(item)
    return found


def says(names: Iterable[str], request: bytes) -> bool:
    """Whether one of these protocols may say this; whoever is spoken to inside TLS hears a ClientHello first (RFC 8446, section 4.1.2)."""
    protocols = [load_protocols()[name] for name in names if name in load_protocols()]
    if any(say.allows(request) for protocol in protocols for say in protocol.SAYS):
        return True
    return any(protocol.OVER_TLS for protocol in protocols) and request[:2] == b"\x16\x03" and request[5:6] == b"\x01"


def test_the_whole_city_is_found_and_nobody_was_hurt(night):
    assert night.returned.returncode == 1, night.returned.stderr
    assert night.described["harms"] == []
    assert len(by_device(night.connections, "address")) > 80
    assert len([frame for frame in night.ours if frame.protocol == "udp"]) > 1000


def test_nothing_is_sent_but_arp_ip_and_what_the_kernel_says_to_its_neighbours(night):
    assert {frame.protocol for frame in night.ours} - OF_THE_KERNEL <= {"arp", "icmp", "tcp", "udp"}


def test_nothing_leaves_the_scope_or_goes_to_a_group_or_to_a_port_that_prints(night):
    ours = [frame for frame in night.ours if frame.protocol in {"arp", "icmp", "tcp", "udp"}]
    hosts = {str(host) for host in ipaddress.ip_network(NETWORK).hosts()} - {DENIED}
    # The kernel greets with ARP what it has in its own table; it asks for nobody else.
    assert {frame.peer for frame in ours} <= hosts | {SCANNER}
    assert {frame.peer for frame in ours if frame.protocol != "arp"} <= hosts - {SCANNER}
    assert {frame.port for frame in ours} & PRINTING == set()


def test_every_datagram_is_one_that_the_audited_protocol_may_say(night):
    sent = [frame for frame in night.ours if frame.protocol == "udp"]
    for frame in sent:
        names = {line["protocol"] for line in night.audited(f"{frame.peer}:{frame.port}/udp")}
        assert says(names, frame.payload), (frame.peer, frame.port, names, frame.payload)


def test_every_connection_begins_with_what_the_audited_protocol_may_say(night):
    for connection in night.connections:
        names = {line["protocol"] for line in night.audited(f"{connection.address}:{connection.port}/tcp")}
        assert names, connection
        assert not connection.first or says(names, connection.first), (connection, names)


def test_the_audit_file_has_every_datagram_and_every_connection(night):
    sent: Counter[str] = Counter()
    for frame in night.ours:
        if frame.protocol == "udp":
            sent[f"{frame.peer}:{frame.port}/udp"] += len(frame.payload)
    for connection in night.connections:
        sent[f"{connection.address}:{connection.port}/tcp"] += 1
    audited: Counter[str] = Counter()
    for line in night.audit:
        if line["protocol"] != "sweep":
            audited[line["target"]] += line["bytes_out" if line["target"].endswith("/udp") else "connections"]
    assert (sent - audited, audited - sent) == (Counter(), Counter())


def test_a_device_never_has_two_connections_at_once(night):
    assert max(log["most_open"] for log in night.described["log"].values()) == 1
    for address, connections in by_device(night.connections, "address").items():
        connections.sort(key=lambda connection: connection.began)
        for one, following in pairwise(connections):
            assert one.ended <= following.began, (address, one.port, following.port)


def test_a_device_sees_the_paces_packets_and_connections_a_second_at_most(night):
    asked = [frame for frame in night.ours if frame.protocol in {"tcp", "udp"}]
    for address, frames in by_device(asked, "peer").items():
        told = [frame.when for frame in frames if frame.protocol == "udp" or frame.payload or frame.flags & SYN]
        assert most_in_a_second(told) <= PACKETS, address
        assert most_in_a_second(frame.when for frame in frames) <= PACKETS + UNPACED, address
    for address, connections in by_device(night.connections, "address").items():
        assert most_in_a_second(connection.began for connection in connections) <= CONNECTIONS, address


def test_no_datagram_makes_a_device_send_more_than_ten_times_as_much(night):
    asked: Counter[tuple[str, int]] = Counter()
    answered: Counter[tuple[str, int]] = Counter()
    last: dict[str, int] = {}
    for frame in night.frames:
        if frame.protocol == "udp" and frame.ours:
            asked[frame.peer, frame.port] += max(frame.size, 60)
        elif frame.protocol in {"udp", "fragment"}:
            last[frame.peer] = frame.port or last[frame.peer]
            answered[frame.peer, last[frame.peer]] += max(frame.size, 60)
    assert len(answered) > 40
    assert {where: size for where, size in answered.items() if size > TIMES_TEN * asked[where]} == {}
