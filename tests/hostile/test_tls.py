"""What hostile TLS servers come to in the scan of the street: facts or a reason, each as its own case says (`tls_servers.py`)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory.store import Store
from scanner.cli import run
from scanner.conversation import EVIDENCE_LIMIT
from scanner.tls.posture import CLASSES
from scanner.tls.questioning import HELLOS
from tests.hostile.conftest import Street
from tests.hostile.street import SHIFT, STREET, standing
from tests.hostile.test_scan import hidden
from tests.hostile.tls_servers import DTLS, Case, devices, hosts

pytestmark = pytest.mark.timeout(600)  # the street is waited for
CASES = pytest.mark.parametrize(("host", "case"), hosts().items(), ids=[case.name for case in hosts().values()])
MOST = 24
"""Connections to one of them: the sweep, fifteen hellos, HTTP inside, and the canary's."""


def observed(street: Street, host: int) -> dict[str, Any] | None:
    """The facts of TLS or DTLS at a host's port, None where there are none."""
    services = street.scanned.device(f"{STREET}.{host}")["services"]
    case = hosts()[host]
    found = [one for one in services if one["protocol"] in ("tls", "dtls") and one["port"] == case.asked_at]
    assert len(found) <= 1
    return found[0]["facts"] if found else None


def reasons(street: Street, host: int) -> Iterator[str]:
    """Why something is not known of a host, wherever that is written: in its gaps, its facts, the outcomes of checks, or the audit trail."""
    device, facts = street.scanned.device(f"{STREET}.{host}"), observed(street, host) or {}
    yield from (gap["reason"] for gap in device["gaps"])
    yield from facts.get("tls.unsettled", ())
    yield facts.get("tls.certificate_error", "")
    yield from (outcome["reason"] for outcome in device["outcomes"] if outcome["status"] == "unreached")
    for line in (street.scanned.folder / "audit.jsonl").read_text().splitlines():
        said = json.loads(line)
        if said["target"].startswith(f"{STREET}.{host}:") and said["protocol"] in ("tls", "dtls"):
            yield said["outcome"]


@CASES
def test_it_is_told_of_as_it_is(street: Street, host: int, case: Case):
    facts = observed(street, host)
    assert (facts and tuple(facts["tls.versions"])) == case.versions
    assert {name: (facts or {}).get(name) for name in case.facts} == case.facts


@pytest.mark.parametrize(("host", "case"), [each for each in hosts().items() if each[1].reason], ids=lambda one: getattr(one, "name", ""))  # fmt: skip
def test_what_is_not_known_of_it_has_its_reason(street: Street, host: int, case: Case):
    found = list(reasons(street, host))
    assert [said for said in found if re.search(case.reason, said)], found


@CASES
def test_it_is_not_asked_without_end(street: Street, host: int, case: Case):
    told, facts = street.told(host), observed(street, host) or {}
    assert facts.get("tls.hellos", 0) <= HELLOS
    assert told.connections[case.port] <= MOST
    assert told.datagrams[DTLS] <= 16  # two versions, two kinds of suites, with and without a cookie, each twice


@CASES
def test_nothing_that_was_left_open_passes(street: Street, host: int, case: Case):
    facts = observed(street, host) or {}
    if facts.get("tls.depth") == "posture":
        open_ = {said.partition(":")[0] for said in facts["tls.unsettled"]}
        assert {"suites", *open_, *facts["tls.settled"]} >= set(CLASSES)
    outcomes = street.scanned.device(f"{STREET}.{host}")["outcomes"]
    passed = {one["check"] for one in outcomes if one["status"] == "passed" and one["check"].startswith("tls-")}
    assert not (passed and not case.versions)
    assert not ("sslv2" in {said.partition(":")[0] for said in facts.get("tls.unsettled", ())} and "tls-old-version" in passed)  # fmt: skip


def test_every_name_of_a_certificate_is_shown_as_it_was_said(street: Street):
    (host,) = (host for host, case in hosts().items() if case.name.startswith("dressed up"))
    facts = observed(street, host)
    assert facts is not None
    for said in (facts["tls.subject"], facts["tls.issuer"], facts["tls.ocsp_responder"], *facts["tls.sans"]):
        assert said.replace("\\;", ";").removeprefix("O=").startswith("\\x1b]0;pwned\\x07")
    assert len(facts["tls.sans"]) == 2


def test_what_is_kept_as_evidence_is_short(street: Street):
    with Store.open(street.scanned.folder / "tocsin.db") as store:
        report = store.report(street.scanned.report["scan"]["id"])
    seen = [one for assessment in report.assessments for one in assessment.device.observations]
    assert len(seen) > 100
    assert max(len(one.evidence) for one in seen) <= EVIDENCE_LIMIT


PAGES = {
    "a certificate of 16 MB": "no certificate was shown",
    "dressed up in every name of its certificate": "pwned",
    "another mind each time": "not read",
    "warnings without end": "speaks no TLS: TLS records without end",
}


@pytest.mark.parametrize("name", PAGES)
def test_one_endpoint_alone_ends_in_a_page_or_in_one_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # fmt: skip
    (device,) = [one for one in devices() if one.name == name]
    words = ["--store", str(tmp_path / "tocsin.db"), "--audit", str(tmp_path / "audit.jsonl"), "tls", device.address]
    words += ["--authorised-by", "test", "--pace", "lab", *(["--low-ports-at", str(SHIFT)] if SHIFT else [])]
    with standing([device]):
        code = run(words)
    said = capsys.readouterr()
    assert code in (1, 3)
    assert PAGES[name] in (said.out or said.err)
    assert hidden(said.out + said.err) == set()
    assert "Not settled" in said.out or len(said.err.splitlines()) == 1
