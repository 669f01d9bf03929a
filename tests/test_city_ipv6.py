"""The fake city with IPv6: devices with two addresses are one each, met at one address at a time and asked once for their passwords."""

import json

import pytest

from lab.compare import compare
from tests.conftest import city, scan

DEVICES = "axis_camera,teltonika_router,lighting_gateway"


@pytest.mark.real
def test_dual_stack_devices_are_reported_once_and_asked_once(namespaces, tmp_path):
    with city("--mode", "namespace", "--ipv6", "--only", DEVICES) as described:
        scan(described, tmp_path, described["network"], described["ipv6_network"], "--level", "login")
    report = json.loads((tmp_path / "report.json").read_text())
    assert compare(report, described["truth"]).differences == ()
    assert [device["addresses"] for device in described["truth"]["devices"]] == [
        [f"10.77.0.{host}", f"fd00:77::{host}"] for host in (12, 23, 27)
    ]
    assert (report["coverage"]["alive"], report["coverage"]["alive_addresses"]) == (3, 6)
    assert (described["harms"], described["faults"]) == ([], [])
    assert {log["most_open"] for log in described["log"].values()} == {1}
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    asked = {line["target"].rpartition(":")[0].strip("[]") for line in lines if line.get("account")}
    hosts = [address.replace("fd00:77::", "10.77.0.") for address in asked]
    assert sorted(hosts) == sorted(set(hosts)) != []
