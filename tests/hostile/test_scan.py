"""What a scan of hostile devices comes to, and what it does not do.

One scan by the real command, of a hundred devices of which each attacks in its own way and two that are as they should be; the tests read what it left.
"""

import base64
import json
import re
import unicodedata
from typing import Any

import pytest

from tests.hostile.conftest import NORMAL, Scanned, Street
from tests.hostile.datagram_devices import UNKNOWN
from tests.hostile.other_devices import TWIN_SERIAL
from tests.hostile.street import OUTSIDE, STREET
from tests.hostile.web_devices import BYSTANDER_PORT, CANARY

pytestmark = pytest.mark.timeout(600)  # devices that say nothing are waited for


def outputs(scanned: Scanned) -> dict[str, bytes]:
    """Everything that a person may look at."""
    return {
        "stdout": scanned.stdout,
        "stderr": scanned.stderr,
        "r.json": (scanned.folder / "r.json").read_bytes(),
        "r.txt": (scanned.folder / "r.txt").read_bytes(),
        "tocsin show": scanned.shown,
    }


def written(scanned: Scanned) -> dict[str, bytes]:
    """Those, and every file that the scan left: the inventory and the audit trail among them."""
    return outputs(scanned) | {path.name: path.read_bytes() for path in scanned.folder.iterdir()}


def hidden(text: str) -> set[str]:
    """The characters that a terminal obeys or a reader does not see."""
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}


def strings(value: Any) -> set[str]:
    """Every text in a report."""
    match value:
        case str():
            return {value}
        case dict():
            return {text for item in value.items() for part in item for text in strings(part)}
        case list():
            return {text for part in value for text in strings(part)}
    return set()


def judged(device: dict[str, Any]) -> str:
    """A device's part of a report without what differs between any two scans: clocks, the random numbers of TLS, and in how many pieces an answer came."""
    text = json.dumps(device, sort_keys=True)
    text = re.sub(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "DATE", text)
    kept = json.loads(text)
    for part in kept["services"]:
        for clock in ("snmp.engine_time", "snmp.sys_uptime"):
            part["facts"].pop(clock, None)
        if part["protocol"] == "tls":  # each of the two scans met it with a certificate of its own
            part["facts"] = json.loads(re.sub(r"\b[0-9a-f]{32,}\b", "HASH", json.dumps(part["facts"])))
    for finding in kept["findings"]:
        finding.pop("evidence")
    for uptime in kept["uptime"]:
        uptime.pop("seconds")
    kept["traffic"].pop("packets_sent")
    return json.dumps(kept, indent=1, sort_keys=True)


def test_every_device_is_examined_and_the_scan_ends_by_itself(street: Street):
    asked = {device["addresses"][0] for device in street.scanned.report["devices"]}
    assert asked == {device.address for device in street.hostile.values()} | set(NORMAL)
    assert street.scanned.report["scan"]["ended"]
    assert street.scanned.code in (1, 3)


def test_no_traceback_reaches_standard_error(street: Street):
    assert b"Traceback" not in street.scanned.stderr
    assert b"a bug" not in street.scanned.stderr


def test_no_device_can_make_a_check_fail(street: Street):
    failed = [
        (device["addresses"][0], outcome)
        for device in street.scanned.report["devices"]
        for outcome in device["outcomes"]
        if outcome["status"] == "failed"
    ]
    assert failed == []


def test_no_conversation_ends_in_a_bug_of_ours(street: Street):
    gaps = [gap["reason"] for device in street.scanned.report["devices"] for gap in device["gaps"]]
    assert [reason for reason in gaps if "a bug in Tocsin" in reason] == []
    trail = [json.loads(line) for line in (street.scanned.folder / "audit.jsonl").read_text().splitlines()]
    assert [line for line in trail if line.get("outcome", "").startswith(("failed", "not sent"))] == []


@pytest.mark.parametrize("address", NORMAL, ids=NORMAL.values())
def test_a_normal_device_is_judged_as_it_is_without_hostile_neighbours(street: Street, address: str):
    assert judged(street.scanned.device(address)) == judged(street.before.device(address))


def test_the_normal_devices_were_not_hurt(street: Street):
    assert street.harms == []


def test_no_device_had_two_connections_at_once(street: Street):
    assert {device.name: device.told.most_open for device in street.hostile.values() if device.told.most_open > 1} == {}


def test_memory_stays_bounded(street: Street):
    assert street.scanned.kilobytes < 200_000


@pytest.mark.parametrize("output", ["stdout", "stderr", "r.json", "r.txt", "tocsin show"])
def test_nothing_that_a_terminal_obeys_or_a_reader_does_not_see_comes_out(street: Street, output: str):
    assert hidden(outputs(street.scanned)[output].decode()) == set()


def test_no_text_of_the_report_hides_a_character_behind_its_escapes(street: Street):
    assert {text for text in strings(street.scanned.report) if hidden(text)} == set()


@pytest.mark.parametrize("output", ["r.json", "tocsin show"])
def test_what_was_dressed_up_is_shown_as_it_was_said(street: Street, output: str):
    said = outputs(street.scanned)[output].decode()
    assert "[bold red]PWNED[/bold red]" in said
    assert "x1b]0;pwned" in said
    assert "u202egnp.exe" in said


def test_nothing_outside_the_scope_is_connected_to(street: Street):
    assert (dict(street.outside.connections), dict(street.outside.datagrams)) == ({}, {})


def test_no_device_can_send_the_scan_to_another_ones_port(street: Street):
    told = street.told(60)
    assert told.connections[BYSTANDER_PORT] == 0
    assert {head.split(b" ")[1] for head in told.requests} <= {b"/", b"/favicon.ico"}


def test_a_description_at_another_device_is_a_gap_or_nothing_and_no_finding(street: Street):
    for host in (12, 13):
        device = street.scanned.device(f"{STREET}.{host}")
        assert "upnp" not in {service["protocol"] for service in device["services"]}


def test_an_address_of_a_service_at_another_device_is_reported_and_not_followed(street: Street):
    (said,) = [s["facts"] for s in street.scanned.device(f"{STREET}.55")["services"] if s["protocol"] == "wsdiscovery"]
    assert said["wsdiscovery.xaddrs"] == [f"http://{OUTSIDE}/onvif", f"http://{STREET}.60:8088/onvif"]
    assert not any(b"/onvif" in head for head in street.told(60).requests)


def test_no_device_can_send_the_scan_to_a_controllers_port(street: Street):
    gaps = [gap for gap in street.scanned.device(f"{STREET}.56")["gaps"] if gap["port"] == 20000]
    assert [gap["protocol"] for gap in gaps if "controller" in gap["reason"]] == ["upnp"]


def test_a_greeting_without_end_is_cut(street: Street):
    (said,) = street.scanned.device(f"{STREET}.57")["services"]
    assert (said["port"], said["protocol"]) == (UNKNOWN, "greeting")
    assert len(said["facts"]["greeting.text"]) < 600


def test_blocks_without_end_are_fetched_four_times(street: Street):
    assert street.told(54).datagrams[5683] == 4


def test_no_discovery_is_asked_more_often_because_of_what_it_answers(street: Street):
    for host in (46, 47, 48):
        told = street.told(host).datagrams
        assert max(told.values()) <= 10, (host, told)
        assert sum(told.values()) <= 60, (host, told)


def test_stations_without_number_behind_a_gateway_are_cut(street: Street):
    assert 0 < len(street.scanned.device(f"{STREET}.61")["behind"]) <= 64


DISCOVERIES = [
    "bacnet",
    "dhip",
    "enip",
    "fins",
    "fox",
    "ipp",
    "knx",
    "mdns",
    "mndp",
    "netbios",
    "onvif",
    "opcua",
    "s7",
    "sadp",
    "sip",
    "ssdp",
    "ubiquiti",
    "wsdiscovery",
]


@pytest.mark.parametrize("protocol", DISCOVERIES)
def test_what_is_dressed_up_in_a_discovery_is_heard_all_the_same(street: Street, protocol: str):
    host = 125 if protocol in {"s7", "fox"} else 49
    assert protocol in {service["protocol"] for service in street.scanned.device(f"{STREET}.{host}")["services"]}


def test_no_device_can_send_the_scan_to_a_port_that_prints(street: Street):
    assert street.told(14).connections[9100] == 0
    gaps = street.scanned.device(f"{STREET}.14")["gaps"]
    assert [gap["protocol"] for gap in gaps if gap["port"] == 9100 and "never touched" in gap["reason"]] == ["upnp"]


def test_no_password_that_was_tried_is_written_anywhere(street: Street):
    tried = {password for device in street.hostile.values() for password in device.told.passwords}
    random = {password for password in tried if re.fullmatch(r"Q[0-9a-f]{11}", password)}
    assert CANARY in tried
    assert random
    found = {
        (name, secret)
        for name, content in written(street.scanned).items()
        for secret in {CANARY, *random}
        if secret.encode() in content
    }
    assert found == set()


def test_no_password_that_was_tried_is_written_in_base64(street: Street):
    sent = [(user, password) for user, password in street.told(21).pairs if password]
    encoded = {base64.b64encode(f"{user}:{password}".encode()) for user, password in sent}
    assert len(encoded) >= 2
    assert [
        (name, text) for name, content in written(street.scanned).items() for text in encoded if text in content
    ] == []


def test_a_device_that_repeats_what_it_hears_is_still_found_open(street: Street):
    assert ("default-credentials", 80) in street.scanned.findings(f"{STREET}.21")
    assert ("default-credentials", 23) in street.scanned.findings(f"{STREET}.45")


def test_no_account_is_locked(street: Street):
    assert max(street.told(19).accounts.values()) <= 2


def test_a_device_that_locks_at_the_first_failure_is_asked_no_second_time(street: Street):
    assert sum(street.told(20).accounts.values()) == 1
    outcome = street.scanned.outcome(f"{STREET}.20", "default-credentials")
    assert outcome["status"] == "unreached"
    assert "lock" in outcome["reason"]


def test_logins_that_open_for_everybody_are_reported_as_that_and_not_as_default_passwords(street: Street):
    found = street.scanned.findings(f"{STREET}.39")
    assert {("accepts-any-password", port) for port in (22, 23, 80)} <= found
    assert "default-credentials" not in {check for check, _ in found}
    (snmp,) = [f for f in street.scanned.device(f"{STREET}.39")["findings"] if f["check"] == "snmp-default-community"]
    assert "random" in snmp["detail"]


@pytest.mark.parametrize("host", [17, 22, 41])
def test_a_login_that_never_answers_is_no_open_login(street: Street, host: int):
    assert street.scanned.outcome(f"{STREET}.{host}", "accepts-any-password")["status"] == "unreached"


def test_a_page_for_everybody_is_no_open_login(street: Street):
    found = {check for check, _ in street.scanned.findings(f"{STREET}.18")}
    assert found.isdisjoint({"default-credentials", "accepts-any-password"})


def test_hashes_in_a_banner_are_no_shell(street: Street):
    found = {check for check, _ in street.scanned.findings(f"{STREET}.40")}
    assert found == {"cleartext-administration"}


def test_garbage_at_every_port_is_no_finding(street: Street):
    assert street.scanned.findings(f"{STREET}.1") == set()


@pytest.mark.parametrize("host", [2, 3, 4, 5])
def test_a_device_that_says_nothing_of_use_is_unreached_and_never_passed(street: Street, host: int):
    outcome = street.scanned.outcome(f"{STREET}.{host}", "default-credentials")
    assert outcome["status"] == "unreached"


def test_ports_that_were_reset_count_as_open(street: Street):
    services = street.scanned.device(f"{STREET}.5")["services"]
    assert {service["port"] for service in services} == {21, 22, 23, 80, 443, 502, 554, 1883, 8080, 8443}


def test_a_device_that_lets_the_scan_wait_is_left_with_what_was_not_asked_said(street: Street):
    reasons = {gap["protocol"]: gap["reason"] for gap in street.scanned.device(f"{STREET}.3")["gaps"]}
    assert "in vain" in reasons["rtsp"]
    assert "in vain" in reasons["mqtt"]


def test_a_device_that_drips_is_left_once_its_packets_are_used_up_with_what_was_not_asked_said(street: Street):
    """Each byte that drips in is a packet of ours, the acknowledgement: so it comes to the end of its budget before the end of our patience."""
    reasons = {gap["protocol"]: gap["reason"] for gap in street.scanned.device(f"{STREET}.2")["gaps"]}
    assert "200 packets are used up" in reasons["rtsp"]
    assert "200 packets are used up" in reasons["mqtt"]
    assert (
        street.scanned.device(f"{STREET}.2")["traffic"]["packets_sent"] < 240
    )  # with the logins, and the drips until it sees our FIN


def test_two_devices_of_one_serial_number_are_kept_apart(street: Street):
    one, other = (street.scanned.device(f"{STREET}.{host}") for host in (42, 43))
    assert one["serial"] == other["serial"]
    assert one["id"] != other["id"]
    for device in (one, other):
        assert any(TWIN_SERIAL in said and "kept apart" in said for said in device["identity"]["conflicts"])


def test_one_host_key_on_two_devices_is_a_finding_of_the_fleet(street: Street):
    twins = {street.scanned.device(f"{STREET}.{host}")["id"] for host in (42, 43)}
    shared = [set(finding["devices"]) for finding in street.scanned.report["fleet"] if finding["check"] == "shared-key"]
    assert twins in shared


def test_no_device_has_firmware_of_a_day_that_never_was(street: Street):
    devices = street.scanned.report["devices"]
    today = street.scanned.report["scan"]["started"][:10]
    ages = [
        (device["addresses"][0], device["firmware"]["not_before"], device["firmware"]["not_after"])
        for device in devices
    ]
    assert [age for age in ages if not (age[1] or "1995") <= (age[2] or today) <= today] == []
    busybox = (
        "2012-02-04"  # of version 1.19.4, which its banner states as well: the one thing that it says and that can be
    )
    assert (f"{STREET}.62", busybox, None) in ages


def test_a_thousand_parts_and_a_version_without_end_are_told_in_sentences(street: Street):
    for host in (62, 63, 106):
        device = street.scanned.device(f"{STREET}.{host}")
        told = [one["reason"] for one in device["outcomes"]] + [one["detail"] for one in device["findings"]]
        assert max(map(len, told)) < 2000
        assert {"firmware-unknown", "component-old"} <= {outcome["check"] for outcome in device["outcomes"]}


def test_no_entity_of_a_description_is_expanded(street: Street):
    for output in outputs(street.scanned).values():
        assert b"root:x:" not in output
        assert b"lollol" not in output


def test_a_certificate_that_no_library_reads_costs_its_fields_and_not_the_device(street: Street):
    facts = {s["port"]: s["facts"] for s in street.scanned.device(f"{STREET}.28")["services"] if s["protocol"] == "tls"}
    assert facts[443]["tls.versions"] == facts[8443]["tls.versions"] == ["TLSv1.2"]
    assert len(facts[443]["tls.sha256"]) == 64
    assert "tls.sha256" not in facts[8443]


def test_no_device_brings_many_words_into_the_report(street: Street):
    assert max(len(json.dumps(device)) for device in street.scanned.report["devices"]) < 100_000
