"""`tocsin scan` from end to end against real servers on a segment of their own: found, known, judged and treated as they truly are."""

import hashlib
import json
import os
import re
import site
import ssl
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from checks.contract import load_checks
from tests.real.night import CASES, DEFAULT, HARDENED, NETWORK, SCANNER, UNKNOWN, Night, ageing, frames, version_of
from tests.real.servers import as_root, tool
from tests.real.street import CHANGED, House, build, notes, scan
from tests.segment import Segment

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.real
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Segment, dict[int, House]]]:
    """Every host of the street at work."""
    as_root()
    folder = tmp_path_factory.mktemp("street")
    segment = Segment(SCANNER, 24, all_users=True)
    try:
        built = {}
        for case in CASES.values():
            built[case.number] = build(segment, folder, case.number)
            case.furnish(built[case.number], case.setting)
        yield segment, built
    finally:
        segment.close()


@pytest.fixture(scope="module")
def night(houses: tuple[Segment, dict[int, House]], tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One scan of the whole segment, to level login."""
    segment, built = houses
    folder = tmp_path_factory.mktemp("night")
    stop = segment.scanner.record("port10", folder / "frames.pcap")
    report = scan(segment.scanner, folder, [NETWORK], "--level", "login")
    stop()
    return Night(segment, built, report, (folder / "audit.jsonl").read_text(), frames(folder / "frames.pcap"))


@each
def test_every_host_is_found_by_arp_with_its_mac_and_its_open_ports(case, night):
    device = night.device(case)
    assert device["mac"] == night.houses[case.number].mac
    assert {seen["port"] for seen in device["services"] if seen["transport"] == "tcp"} == set(case.ports)


def test_nobody_else_is_found_and_nothing_is_left_unexamined(night):
    found = {device["addresses"][0] for device in night.report["devices"]}
    assert found == {house.address for house in night.houses.values()}
    assert night.report["coverage"] == {
        "addresses": 254,
        "alive": len(CASES),
        "alive_addresses": len(CASES),
        "identified": sum(case.known != UNKNOWN for case in CASES.values()),
        "unreached": 0,
        "firmware": {
            "dated": 1,
            "bounded": sum(bool(case.software) for case in CASES.values()) - 1,
            "unknown": sum(not case.software for case in CASES.values()),
        },
    }
    assert notes(night.report) == []
    assert [device["gaps"] for device in night.report["devices"]] == [[]] * len(CASES)
    assert night.report["exit"] == 1


@each
def test_every_host_is_known_by_the_face_it_wears(case, night):
    device = night.device(case)
    assert (device["vendor"], device["model"], device["kind"]) == case.known


@each
def test_every_server_is_known_with_the_version_that_it_is(case, night):
    services = [seen for seen in night.device(case)["services"] if seen["product"]]
    named = {seen["port"]: (seen["product"], seen["version"]) for seen in services}
    assert named == {port: version_of(name) for port, name in case.software.items()}


@each
def test_every_host_has_exactly_the_flaws_that_are_true_of_it(case, night):
    found = {(each["check"], each["port"], each["severity"]) for each in night.device(case)["findings"]}
    assert found == {*case.flaws, *ageing(case, datetime.fromisoformat(night.report["scan"]["started"]))}


@each
def test_every_check_ends_in_an_outcome_with_its_reason(case, night):
    outcomes = {each["check"]: each for each in night.device(case)["outcomes"]}
    found = {each["check"] for each in night.device(case)["findings"]}
    assert set(outcomes) == {check.id for check in load_checks()}
    assert {check for check, outcome in outcomes.items() if outcome["status"] == "found"} == found
    assert {outcome["status"] for outcome in outcomes.values()} <= {"found", "passed", "skipped"}
    assert all(outcome["reason"] for outcome in outcomes.values() if outcome["status"] != "found")
    assert not any(outcome["reason"] for outcome in outcomes.values() if outcome["status"] == "found")


def test_no_two_hosts_are_taken_for_one_or_said_to_share_a_key(night):
    assert len({device["id"] for device in night.report["devices"]}) == len(CASES)
    assert {finding["check"] for finding in night.report["fleet"]} == {"fleet-default-account"}


def test_the_two_routers_that_one_account_opens_are_told_of_together(night):
    (finding,) = night.report["fleet"]
    routers = {night.device(DEFAULT[name])["id"] for name in ("dropbear", "sshd")}
    assert set(finding["devices"]) == routers


@pytest.mark.parametrize("name", [name for name, case in HARDENED.items() if case.account])
def test_a_changed_password_was_tried_by_the_default_account_and_refused(name, night):
    case = HARDENED[name]
    outcome = next(each for each in night.device(case)["outcomes"] if each["check"] == "default-credentials")
    assert night.attempts(case).count(case.account) == 1
    assert outcome["status"] == "passed"
    assert "no documented default account opens it" in outcome["reason"]


@each
def test_no_account_is_tried_more_than_twice(case, night):
    assert max(Counter(night.attempts(case)).values(), default=0) <= 2


@pytest.mark.parametrize("name", ["sshd", "lighttpd-basic", "nginx", "telnetd"])
def test_a_pair_that_nobody_set_is_refused_after_an_account_has_opened(name, night):
    *_, last = night.attempts(DEFAULT[name])
    assert re.fullmatch(r"tc[0-9a-f]{8}", last)


@each
def test_at_most_two_communities_and_a_control_are_asked_each_once_a_version(case, night):
    to = IPv4Address(night.houses[case.number].address).packed
    datagrams = [frame[42:] for frame in night.frames if frame[23] == 17 and frame[30:34] == to]
    asked = [re.match(rb"0.\x02\x01([\0\1])\x04.([\w-]+)\xa0", data, re.DOTALL) for data in datagrams]
    said = Counter((match[1], match[2]) for match in asked if match)
    known = {community for _, community in said if not community.startswith(b"Q")}
    # The one that opens is used to ask who the device is; none is tried twice.
    assert {count for (_, community), count in said.items() if community != b"public"} == {1}
    if case is DEFAULT["snmpd"]:
        assert known == {b"public"}
        assert len({community for _, community in said} - known) == 1
    else:
        assert {community for _, community in said} == {b"public", b"private"}


def test_no_packet_goes_anywhere_but_to_the_hosts_of_the_segment(night):
    asked = {str(IPv4Address(frame[30:34])) for frame in night.frames}
    assert asked == {house.address for house in night.houses.values()}


def test_the_password_that_opened_is_told_nowhere(night):
    for text in (json.dumps(night.report), night.audit):
        assert "admin01" not in text
        assert CHANGED not in text


@pytest.mark.parametrize("case", [DEFAULT["dropbear"], HARDENED["dropbear"]], ids=["default", "hardened"])
def test_the_host_key_of_dropbear_is_that_of_its_file(case, night):
    key = night.houses[case.number].folder / "dropbear_ed25519"
    told = subprocess.run(
        [tool("dropbearkey", "dropbear-bin"), "-y", "-f", str(key)], capture_output=True, text=True, check=True
    )
    public = next(line for line in told.stdout.splitlines() if line.startswith("ssh-ed25519 "))
    assert night.facts(case, "ssh")["ssh.hostkey_sha256"] == hash_of(public)


@pytest.mark.parametrize("case", [DEFAULT["sshd"], HARDENED["sshd"]], ids=["default", "hardened"])
def test_the_host_key_of_sshd_is_that_of_its_file(case, night):
    public = (night.houses[case.number].folder / "sshd_ed25519.pub").read_text()
    assert night.facts(case, "ssh")["ssh.hostkey_sha256"] == hash_of(public)


def hash_of(public: str) -> str:
    """Of a line "ssh-ed25519 AAAA… comment"."""
    return hashlib.sha256(b64decode(public.split()[1])).hexdigest()


@pytest.mark.parametrize(
    ("case", "versions", "key"),
    [
        (DEFAULT["s_server"], ["TLSv1.0", "TLSv1.1"], ("rsa", 1024, "sha1", True)),
        (DEFAULT["s_server-expired"], ["TLSv1.2"], ("ec", 256, "sha256", False)),
        (HARDENED["s_server"], ["TLSv1.2"], ("ec", 256, "sha256", False)),
    ],
    ids=["old", "expired", "modern"],
)
def test_tls_is_told_as_the_server_was_started(case, versions, key, night):
    facts = night.facts(case, "tls")
    names = ("tls.key_type", "tls.key_bits", "tls.signature_hash", "tls.self_signed")
    pem = (night.houses[case.number].folder / f"{case.setting}.crt").read_text()
    assert facts["tls.versions"] == versions
    assert tuple(facts[name] for name in names) == key
    assert facts["tls.sha256"] == hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
    assert night.facts(case, "http")["http.tls"] is True


@pytest.mark.parametrize("case", [DEFAULT["snmpd"], HARDENED["snmpd"]], ids=["default", "hardened"])
def test_the_engine_of_snmpv3_names_itself_whatever_the_community(case, night):
    facts = night.facts(case, "snmp")
    assert facts["snmp.enterprise"] == 8072
    assert facts["snmp.engine_mac"] == night.houses[case.number].mac
    assert ("snmp.sys_descr" in facts) is (case is DEFAULT["snmpd"])


def found_in(report: dict[str, Any]) -> dict[str, tuple[str | None, set[int]]]:
    """MAC and open TCP ports of every device."""
    return {
        device["addresses"][0]: (
            device["mac"],
            {seen["port"] for seen in device["services"] if seen["transport"] == "tcp"},
        )
        for device in report["devices"]
    }


def test_nmap_finds_the_same_hosts_and_ports(night, tmp_path):
    tool("nmap", "nmap")
    told = scan(night.segment.scanner, tmp_path, [NETWORK], "--engine", "nmap")
    assert notes(told) == []
    assert found_in(told) == found_in(night.report)


@pytest.fixture
def nobody() -> Iterator[tuple[Path, list[str]]]:
    """A folder of the user nobody, and the Python that may be run as that user."""
    with tempfile.TemporaryDirectory(prefix="nobody") as folder:
        os.chown(folder, 65534, 65534)
        become = [tool("setpriv", "util-linux"), "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]
        packages = os.pathsep.join((str(ROOT), *site.getsitepackages()))
        become += ["env", f"HOME={folder}", f"PYTHONPATH={packages}"]
        yield Path(folder), [*become, a_python_for(become, folder)]


def a_python_for(become: list[str], folder: str) -> str:
    """This Python or the system's own, if others may read it and the packages."""
    reasons = []
    for python in (sys.executable, "/usr/bin/python3"):
        ended = subprocess.run(
            [*become, python, "-P", "-c", "import scanner.cli, asyncssh, lxml.etree, msgspec"],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        if ended.returncode == 0:
            return python
        reasons += ended.stderr.strip().splitlines()[-1:]
    pytest.skip(f"the user nobody may run neither this Python nor the system's with our packages: {'; '.join(reasons)}")


def test_without_privilege_the_same_is_found_by_connecting_and_the_report_says_so(night, nobody):
    folder, run = nobody
    cases = [DEFAULT["dropbear"], HARDENED["nginx"], DEFAULT["s_server"], HARDENED["telnetd"]]
    addresses = [night.houses[case.number].address for case in cases]
    told = scan(night.segment.scanner, folder, addresses, run=run)
    (note,) = notes(told)
    assert note.startswith("no raw sockets here (need root or CAP_NET_RAW): hosts are found by TCP connect")
    assert found_in(told) == {address: found_in(night.report)[address] for address in addresses}
