"""One device at several addresses: asked one at a time, and one assessment in the end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from checks.contract import load_checks
from inventory.ages import FirmwareAge
from inventory.findings import Finding, Outcome, finding_id
from inventory.identity import identity_of
from inventory.model import Confidence, Device, Endpoint, Family, Level, Severity, Status
from inventory.report import Assessment
from scanner.discover import Host
from scanner.joining import Faces, already_tried, together, without_logins
from scanner.score import score

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
MAC, LOCAL = "44:19:b6:01:02:03", "02:42:00:00:00:01"


def host(address: str, mac: str | None = MAC) -> Host:
    return Host(address, mac, (), "arp")


def test_a_second_address_of_a_device_waits_until_the_first_is_done():
    faces = Faces()
    one, two, other = host("10.0.0.5"), host("fd00::5"), host("10.0.0.6", "44:19:b6:01:02:99")
    assert faces.admit(one) is one
    assert faces.admit(two) is None
    assert faces.admit(other) is other
    assert faces.done(one) is two
    assert faces.first(two) == "10.0.0.5"
    assert faces.done(two) is None
    assert faces.admit(one) is one


def test_hosts_of_unknown_mac_wait_for_nobody():
    faces = Faces()
    for address in ("10.0.0.5", "10.0.0.6"):
        assert faces.admit(host(address, None)) is not None
    assert faces.done(host("10.0.0.5", None)) is None


def test_what_a_router_answers_for_is_not_asked_one_after_another_for_ever():
    faces = Faces()
    admitted = [faces.admit(host(f"10.0.0.{number}")) for number in range(1, 11)]
    assert [one.address for one in admitted if one] == ["10.0.0.1", *(f"10.0.0.{number}" for number in range(5, 11))]
    assert faces.first(host("10.0.0.9")) == ""


@pytest.mark.parametrize(("mac", "first"), [(MAC, "10.0.0.5"), (LOCAL, "")])
def test_a_resumed_scan_knows_what_was_examined_but_by_no_local_mac(mac, first):
    faces = Faces()
    faces.remember(Device("x", ("10.0.0.5",), mac))
    assert faces.first(host("10.0.0.6", mac)) == first


def at(address: str, *ports: int) -> Device:
    return Device(f"address:{address}", (address,), MAC, None, tuple(Endpoint(address, port) for port in ports))


def test_accounts_are_tried_at_one_address_unless_another_offers_more():
    before = at("10.0.0.5", 22, 80)
    assert "was asked at 10.0.0.5" in already_tried(at("fd00::5", 80), before)
    assert already_tried(at("fd00::5", 80, 8080), before) == ""
    assert already_tried(at("fd00::5", 80), None) == ""


def test_checks_that_need_no_login_are_made_at_every_address():
    asked, skipped = without_logins(load_checks(), "why not")
    assert {check.level for check in asked} == {Level.IDENTIFY}
    assert {(outcome.status, outcome.reason) for outcome in skipped} == {(Status.SKIPPED, "why not")}
    assert len(asked) + len(skipped) == len(load_checks())


def flaw(device: Device, check: str, facet: str, severity: Severity = Severity.HIGH) -> Finding:
    name = finding_id(check, device.identity, facet or f"tcp/{device.open_ports[0].port}")
    return Finding(
        name, check, Family.PORTS, severity, Confidence.CONFIRMED, device.open_ports[0], "t", "d", "e", "r", (), facet
    )


def assessed(device: Device, *outcomes: Outcome) -> Assessment:
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    return Assessment(device, outcomes, score(findings), FirmwareAge(), WHEN)


def test_what_was_found_at_two_addresses_of_a_device_is_told_once_at_its_worst():
    v4, v6 = at("10.0.0.5", 80), at("fd00::5", 80)
    one = assessed(v4, Outcome("a", Status.FOUND, "", (flaw(v4, "a", ""), flaw(v4, "a", "only here"))))
    two = assessed(v6, Outcome("a", Status.FOUND, "", (flaw(v6, "a", "", Severity.CRITICAL),)))
    (joined,) = together((two, replace(one, when=WHEN + timedelta(seconds=9))))
    (identity, _) = identity_of((), MAC, (), "10.0.0.5")
    assert joined.device.identity == identity == f"mac:{MAC}"
    assert {finding.id for finding in joined.findings} == {
        finding_id("a", identity, "tcp/80"),
        finding_id("a", identity, "only here"),
    }
    assert [finding.severity for finding in joined.findings] == [Severity.CRITICAL, Severity.HIGH]
    assert joined.score == score(joined.findings)
    assert joined.when == WHEN + timedelta(seconds=9)


@pytest.mark.parametrize(
    ("one", "other", "worst"),
    [
        (Status.PASSED, Status.SKIPPED, Status.PASSED),
        (Status.PASSED, Status.UNREACHED, Status.UNREACHED),
        (Status.UNREACHED, Status.FAILED, Status.FAILED),
        (Status.FAILED, Status.FOUND, Status.FOUND),
    ],
)
def test_the_worst_outcome_counts_and_every_doubt_is_told(one, other, worst):
    outcomes = (Outcome("a", one, f"{one} here"), Outcome("a", other, f"{other} there"))
    pair = [assessed(at(a, 80), outcome) for a, outcome in zip(("10.0.0.5", "fd00::5"), outcomes, strict=True)]
    (joined,) = together(pair)
    (outcome,) = joined.outcomes
    assert outcome.status is worst
    for doubt in (o for o in outcomes if o.status in (Status.UNREACHED, Status.FAILED)):
        assert doubt.reason in outcome.reason
    assert together(pair[::-1]) == (joined,)


def test_joining_an_assessment_that_is_one_already_changes_nothing():
    once = together(
        [assessed(at("10.0.0.5", 80)), assessed(at("fd00::5", 80)), assessed(replace(at("10.0.0.6"), mac=None))]
    )
    assert len(once) == 2
    assert together(once) == once


def test_an_address_that_nobody_may_ask_is_noted_of_the_one_device_that_has_its_mac():
    noted = {MAC: {"fe80::5%eth0"}}
    (device,) = [a.device for a in together([assessed(at("10.0.0.5", 80))], noted)]
    assert (device.addresses, device.noted) == (("10.0.0.5",), ("fe80::5%eth0",))
    apart = [replace(at("10.0.0.5", 80)), replace(at("10.0.0.6", 22))]
    assert {a.device.noted for a in together(map(assessed, apart), noted)} == {()}
