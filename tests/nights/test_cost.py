"""What it costs each device of the whole city to be identified, by the report and on the cable: at most 20 connections and 200 packets, without the sweep.

An endpoint of TLS is asked for its posture afterwards: it gets fifteen hellos at most in all.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

from lab.compare import compare
from scanner.conversation import Depth
from scanner.deepening import bounds
from scanner.questions import Budget
from tests.conftest import city, scan
from tests.nights.capture import RST, SYN, Packet, captured

MOST = Budget()
POSTURE = bounds(Depth.POSTURE)


@pytest.fixture(scope="module")
def night(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One scan of the whole city at level identify: its report, and what left the scanner's machine for each device, without the sweep."""
    folder = tmp_path_factory.mktemp("cost")
    wish = ("--mode", "namespace", "--only", "all")
    with city(*wish) as described, captured(described, folder / "all.pcap") as packets:
        ended = scan(described, folder, "--level", "identify")
    assert ended.returncode == 1, ended.stderr
    described["report"] = json.loads((folder / "report.json").read_text())
    described["cable"] = _conversations(packets)
    return described


def _conversations(packets: Iterable[Packet]) -> dict[str, list[Packet]]:
    """The packets of conversations by device: no ARP, and nothing from the one port that the sweep holds and sends all its SYNs from."""
    above = [packet for packet in packets if packet.protocol != "arp"]
    ((sweep, _),) = Counter(p.source_port for p in above if p.protocol == "tcp" and p.flags == SYN).most_common(1)
    found: dict[str, list[Packet]] = defaultdict(list)
    for packet in above:
        if packet.protocol != "tcp" or packet.source_port != sweep:
            found[packet.to].append(packet)
    return found


def _connections(packets: Iterable[Packet]) -> int:
    """The connections that were made: after the SYN came more than a RST, which a port that refuses is not owed.

    A system that chooses its ports at random takes one for the same peer again, so a SYN after a connection begins another.
    """
    made, begun = 0, set[tuple[int, int]]()
    for packet in packets:
        pair = (packet.source_port, packet.port)
        if packet.protocol != "tcp" or packet.flags & RST:
            continue
        if packet.flags & SYN:
            begun.discard(pair)
        elif pair not in begun:
            begun.add(pair)
            made += 1
    return made


def _may_have(device: dict[str, Any]) -> tuple[int, int]:
    """The connections and packets that a device may have: those of the identification, and those of each posture."""
    endpoints = sum(1 for service in device["services"] if service["facts"].get("tls.depth") == "posture")
    return MOST.connections + endpoints * POSTURE.connections, MOST.packets + endpoints * POSTURE.packets


def _devices(night: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {device["addresses"][0]: device for device in night["report"]["devices"]}


def test_no_device_pays_more_for_its_identification_than_is_promised(night):
    most = {address: _may_have(device) for address, device in _devices(night).items()}
    dear = {
        address: (_connections(packets), len(packets))
        for address, packets in night["cable"].items()
        if _connections(packets) > most[address][0] or len(packets) > most[address][1]
    }
    assert dear == {}


def test_no_endpoint_of_tls_is_sent_more_than_fifteen_hellos(night):
    facts = [service["facts"] for device in _devices(night).values() for service in device["services"]]
    hellos = [found["tls.hellos"] for found in facts if "tls.hellos" in found]
    assert len(hellos) >= 50
    assert max(hellos) <= POSTURE.connections


def test_every_packet_of_a_conversation_went_to_a_device_of_the_report(night):
    assert set(night["cable"]) == set(_devices(night))


def test_the_report_counts_the_connections_that_were_on_the_cable(night):
    counted = {address: device["traffic"]["connections"] for address, device in _devices(night).items()}
    assert counted == {address: _connections(packets) for address, packets in night["cable"].items()}


def test_the_report_counts_no_packet_too_few(night):
    devices = _devices(night)
    fewer = {
        address: (devices[address]["traffic"]["packets_sent"], len(packets))
        for address, packets in night["cable"].items()
        if devices[address]["traffic"]["packets_sent"] < len(packets)
    }
    assert fewer == {}


def test_no_device_loses_a_question_to_the_budget(night):
    lost = [gap for device in _devices(night).values() for gap in device["gaps"] if "used up" in gap["reason"]]
    assert lost == []


def test_a_scan_without_logins_learns_all_that_it_may(night):
    comparison = compare(night["report"], night["truth"])
    assert comparison.differences == ()
    assert all(stated == right > 0 for stated, right in comparison.identity.values())


def test_nobody_was_hurt(night):
    assert night["harms"] == []
