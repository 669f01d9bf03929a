"""The devices that die of what a careless scanner does come through a whole scan, at every pace; and the lab's log says so."""

import json

import pytest

from lab.fake import Fate, load_fakes
from tests.conftest import city, scanning
from tests.nights.process import Running

FRAGILE = [fake for fake in load_fakes() if fake.manners.fate is not Fate.NOTED]
pytestmark = pytest.mark.timeout(300)  # the gentle pace is slow by design


def test_there_are_fakes_that_die_and_fakes_that_restart():
    assert {fake.manners.fate for fake in FRAGILE} == {Fate.DIES, Fate.RESTARTS}


@pytest.mark.parametrize(
    ("mode", "pace"), [("namespace", "gentle"), ("namespace", "normal"), ("namespace", "lab"), ("loopback", "normal")]
)
def test_a_whole_scan_leaves_every_fragile_device_as_it_was(mode, pace, request, tmp_path):
    if mode == "namespace":
        request.getfixturevalue("namespaces")
    with city("--mode", mode, "--only", ",".join(fake.name for fake in FRAGILE)) as described:
        # Every port at the gentle pace takes minutes; the ports that are left out are closed at all of them.
        some = [] if pace == "lab" else ["--ports", "22,23,80,443,502"]
        targets = [device["address"] for device in described["truth"]["devices"]]
        command = scanning(described, tmp_path, *targets, "--level", "login", *some)
        command[command.index("--pace") + 1] = pace
        with Running(command) as running:
            assert running.end() == 1, running.said
    report = json.loads((tmp_path / "report.json").read_text())
    assert (described["harms"], described["faults"]) == ([], [])
    assert not any(log["dead"] or log["restarts"] for log in described["log"].values())
    assert len(report["devices"]) == len(FRAGILE)
    assert report["quarantined"] == []
    proofs = [uptime for device in report["devices"] for uptime in device["uptime"]]
    assert [(proof["boots"], proof["restarted"]) for proof in proofs] == [({"before": 3, "after": 3}, False)]
