"""`tocsin scan` and `tocsin tls` against real TLS servers on a segment of their own: what each was told to offer is found, no more and no less, and judged."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from checks.cipher_suites import suite_name
from scanner.tls.questioning import HELLOS
from tests.conftest import TOCSIN
from tests.real.servers import as_root, tool
from tests.real.street import notes, scan
from tests.real.tls_servers import PLAIN
from tests.real.tls_street import OWN_SETTINGS, SERVERS, build_street
from tests.segment import Segment

pytestmark = pytest.mark.real
NAMES = {server.address: server.name or server.address for server in SERVERS.values()}
WITH_NAMES = ["unshare", "--mount", "--propagation", "private", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"']
each = pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)


@dataclass(frozen=True)
class Night:
    """A scan of the street: what was reported of each address, and the audit file."""

    devices: dict[str, Any]
    audit: list[dict[str, Any]]
    report: dict[str, Any]

    def facts(self, server):
        seen = [s for s in self.devices[server.address]["services"] if s["protocol"] == "tls"]
        return seen[0]["facts"] if seen else {}

    def offers(self, server):
        """The suites by version, as the full enumeration found them."""
        found = defaultdict(set)
        for version, _, code in (text.partition(" 0x") for text in self.facts(server).get("tls.accepted", ())):
            found[version].add(code)
        return dict(found)

    def flaws(self, server):
        return {(found["check"], found["severity"]) for found in self.devices[server.address]["findings"]}


@dataclass(frozen=True)
class Street:
    segment: Segment
    with_names: list[str]

    def night(self, folder, *wishes):
        run = [*self.with_names, sys.executable]
        report = scan(self.segment.scanner, folder, list(NAMES.values()), *wishes, run=run)
        audit = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
        return Night({device["addresses"][0]: device for device in report["devices"]}, audit, report)

    def run(self, *command):
        enter = [*self.segment.scanner.enter, *self.with_names]
        return subprocess.run(
            [*enter, *command], check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=OWN_SETTINGS
        )


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """Every server at work, and a way to run what knows their names."""
    as_root()
    folder = tmp_path_factory.mktemp("street")
    hosts = folder / "hosts"
    hosts.write_text("".join(f"{address} {name}\n" for address, name in NAMES.items() if name != address))
    segment = build_street(folder)
    try:
        yield Street(segment, [*WITH_NAMES, str(hosts)])
    finally:
        segment.close()


@pytest.fixture(scope="module")
def full(street, tmp_path_factory):
    """One scan that asks for everything."""
    return street.night(tmp_path_factory.mktemp("full"), "--tls", "full")


@pytest.fixture(scope="module")
def posture(street, tmp_path_factory):
    """One scan as it is unless told otherwise."""
    return street.night(tmp_path_factory.mktemp("posture"))


@pytest.fixture(scope="module")
def seen_by_nmap(street):
    """The names of the suites by address and version."""
    ports = ",".join(sorted({str(server.port) for server in SERVERS.values()}))
    wish = [tool("nmap", "nmap"), "-Pn", "-n", "-T5", "-p", ports, "--script", "+ssl-enum-ciphers", "-oX", "-"]
    root = ET.fromstring(street.run(*wish, *NAMES.values()).stdout)
    found = {}
    for host in root.iter("host"):
        tables = host.findall(".//script[@id='ssl-enum-ciphers']/table")
        (address,) = host.findall("address[@addrtype='ipv4']")
        found[address.attrib["addr"]] = {
            table.get("key"): {_name(elem) for elem in table.iterfind(".//elem[@key='name']")} for table in tables
        }
    return found


def _name(elem):
    return elem.text.replace("_AKE_WITH", "")  # its own word for the suites of TLS 1.3


@each
def test_the_versions_and_suites_are_what_the_server_was_told_to_offer(server, full):
    told = {version: set(codes) for version, codes in server.offers().items()}
    assert full.offers(server) == told
    assert set(full.facts(server)["tls.versions"]) == told.keys()


@each
def test_the_versions_and_suites_are_what_nmap_sees(server, full, seen_by_nmap):
    named = {version: {suite_name(code) for code in codes} for version, codes in full.offers(server).items()}
    assert named == seen_by_nmap[server.address]


@each
def test_the_findings_are_these_and_no_others_in_full(server, full):
    assert full.flaws(server) == server.flaws


@each
def test_the_posture_has_the_same_findings(server, posture):
    assert posture.flaws(server) == server.flaws


@each
def test_a_posture_is_fifteen_hellos_at_most(server, posture):
    lines = [line for line in posture.audit if line["protocol"] == "tls" and f"{server.address}:" in line["target"]]
    hellos = [said.partition(" x") for line in lines for said in line["said"] if said.startswith("client-hello")]
    assert 0 < sum(line["connections"] for line in lines) <= HELLOS
    assert sum(int(times or 1) for _, _, times in hellos) == posture.facts(server)["tls.hellos"] <= HELLOS


@pytest.mark.parametrize("depth", ["full", "posture"])
def test_nothing_is_left_open_but_behind_the_doors_that_want_a_name_or_a_certificate(depth, request):
    night = request.getfixturevalue(depth)
    assert (len(night.devices), notes(night.report)) == (len(SERVERS), [])
    for server in SERVERS.values():
        device = night.devices[server.address]
        assert device["quarantine"] is None
        unsure = [outcome for outcome in device["outcomes"] if outcome["status"] in ("unreached", "failed")]
        assert [(gap["protocol"], gap["reason"]) for gap in device["gaps"]] == [("http", why) for why in server.shut]
        assert bool(unsure) == bool(server.shut), unsure
    assert night.report["fleet"] == []


@each
def test_what_else_was_set_is_told(server, posture, full):
    for night in (posture, full):
        facts = night.facts(server)
        assert {name: facts.get(name) for name in server.facts} == dict(server.facts)


def test_who_decides_on_the_suite_is_told(full):
    assert full.facts(SERVERS["nginx, weak"])["tls.preference"] == "server"
    assert full.facts(SERVERS["nginx, sound"])["tls.preference"] == "client"


def test_the_whole_chain_and_the_certificate_for_nobody_are_told(posture):
    chain = posture.facts(SERVERS["s_server, chain"])
    assert chain["tls.chain_subjects"][1:] == ["CN=Traffic Department CA", "CN=City CA"]
    named = posture.facts(SERVERS["s_server, by name"])
    assert named["tls.server_name"] == "named.tocsin.test"
    assert named["tls.nameless_sha256"] not in ("", named["tls.sha256"])
    assert "tls.nameless_sha256" not in posture.facts(SERVERS["nginx, by name"])


@each
def test_the_server_goes_on_serving(server, street, full, posture, seen_by_nmap):
    command = ["openssl", "s_client", "-connect", f"{server.address}:{server.port}", "-brief"]
    command += [
        "-cipher",
        "ECDHE:AES128-SHA:AES128-SHA256:@SECLEVEL=0",
        "-servername",
        server.name or f"device{server.number}.tocsin.test",
    ]
    command += ["-starttls", "ftp"] if server.port == 21 else []
    said = street.run(*command)
    assert "CONNECTION ESTABLISHED" in said.stderr, said.stderr


@pytest.mark.parametrize("name", ["nginx, by name", "gnutls-serv"])
def test_one_endpoint_is_shown_with_its_versions_and_suites(name, street, tmp_path):
    server = SERVERS[name]
    ended = street.run(*tocsin(tmp_path, NAMES[server.address]))
    lines = [line.split() for line in ended.stdout.splitlines()]
    spoken = {words[0] for words in lines if words[1:2] == ["yes"] and words[0].startswith(("SSL", "TLSv"))}
    assert spoken == server.offers().keys(), ended.stderr
    shown = {words[0] for words in lines if words[1:2] and words[1] == suite_name(words[0])}
    assert shown == {code for codes in server.offers().values() for code in codes}, ended.stdout
    assert ended.returncode == (1 if server.flaws - {("http-no-hsts", "info")} else 0)


def test_a_port_without_tls_is_told_in_one_line(street, tmp_path):
    ended = street.run(*tocsin(tmp_path, "{}:{}".format(*PLAIN)))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == "127.0.0.1:80 speaks no TLS: it began with 'HTTP/'\n"


def tocsin(folder: Path, where: str) -> list[str]:
    kept = ["--store", str(folder / "inventory.db"), "--audit", str(folder / "audit.jsonl")]
    return [*TOCSIN, *kept, "tls", where, "--authorised-by", "test", "--pace", "lab"]
