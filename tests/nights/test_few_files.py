"""A process that may open few files, as cron's may: the questions wait for each other, and none is lost."""

import json
import subprocess

from tests.conftest import city, scanning


def test_a_city_is_asked_in_full_with_five_hundred_files(tmp_path):
    with city("--mode", "loopback", "--only", "all") as described:
        limited = ["sh", "-c", 'ulimit -n 500 && exec "$@"', "sh"]
        command = [*limited, *scanning(described, tmp_path)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    devices = json.loads((tmp_path / "report.json").read_text())["devices"]
    assert "bug" not in ended.stderr
    assert [gap["reason"] for device in devices for gap in device["gaps"] if "bug" in gap["reason"]] == []
    heard = {seen["protocol"] for device in devices for seen in device["services"]}
    assert {"bacnet", "coap", "ipmi", "knx", "mdns", "mndp", "netbios", "sip", "snmp", "ubiquiti"} <= heard
