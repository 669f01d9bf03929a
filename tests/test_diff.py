from dataclasses import replace

import pytest

from inventory.diff import DeviceState, FindingState, diff
from inventory.findings import Outcome
from inventory.model import Claim, Confidence, Device, Gap, Severity, Status
from inventory.report import Assessment, Report
from tests.riverside import (
    CAMERA,
    CAMERA_TELNET,
    DEFAULT_ACCOUNT,
    GATEWAY,
    LEFT_ALONE,
    OLD_FIRMWARE,
    OPEN_TELNET,
    REPORT,
    SHARED_KEY,
)

EMPTY = replace(REPORT, assessments=(), fleet=())


def of(*assessments: Assessment) -> Report:
    return replace(EMPTY, assessments=assessments)


def ending(status: Status, reason: str = "", *, device: Device = CAMERA.device) -> Assessment:
    """The camera, whose check of default accounts ended so and found nothing."""
    others = tuple(outcome for outcome in CAMERA.outcomes if outcome.check != "default-credentials")
    return replace(CAMERA, device=device, outcomes=(*others, Outcome("default-credentials", status, reason)))


def of_the_account(new: Report) -> tuple[FindingState, str]:
    """How the default account stands, where the camera was all there was."""
    change = next(c for c in diff(of(CAMERA), new).findings if c.finding.id == DEFAULT_ACCOUNT.id)
    return change.state, change.reason


def test_two_equal_reports_differ_in_nothing():
    compared = diff(REPORT, REPORT)
    assert [change for change in compared.devices if change.state is not DeviceState.QUARANTINED] == []
    states = [c.state for c in compared.findings] + [c.state for c in compared.fleet]
    assert set(states) == {FindingState.STILL_THERE}


def test_a_device_that_is_left_alone_is_said_to_be_night_after_night_and_its_findings_are_not_fixed():
    silenced = replace(CAMERA, quarantine=LEFT_ALONE, outcomes=(Outcome("firmware-old", Status.UNREACHED, "left"),))
    for before in (CAMERA, silenced):
        (change,) = diff(of(before), of(silenced)).devices
        assert (change.state, change.changes) == (DeviceState.QUARANTINED, (str(LEFT_ALONE),))
    assert {change.state for change in diff(of(CAMERA), of(silenced)).findings} == {FindingState.NOT_OBSERVED}


def test_a_device_that_was_released_and_asked_again_is_changed():
    (change,) = diff(of(replace(CAMERA, quarantine=LEFT_ALONE)), of(CAMERA)).devices
    assert (change.state, change.changes) == (DeviceState.CHANGED, ("it was in quarantine, and was asked again",))


def test_a_device_that_was_not_there_is_new_with_its_findings():
    compared = diff(EMPTY, of(CAMERA))
    assert [(c.state, c.device) for c in compared.devices] == [(DeviceState.NEW, CAMERA.device)]
    assert [c.finding for c in compared.findings] == [DEFAULT_ACCOUNT, OPEN_TELNET, OLD_FIRMWARE]
    assert {c.state for c in compared.findings} == {FindingState.NEW}


def test_a_finding_is_fixed_where_the_check_ran_again_and_passed():
    assert of_the_account(of(ending(Status.PASSED, "the account is refused"))) == (
        FindingState.FIXED,
        "the account is refused",
    )


def test_a_finding_is_fixed_where_the_check_now_finds_something_else():
    elsewhere = replace(DEFAULT_ACCOUNT, id="another", endpoint=CAMERA_TELNET)
    now = replace(CAMERA, outcomes=(Outcome("default-credentials", Status.FOUND, "", (elsewhere,)),))
    assert of_the_account(of(now))[0] is FindingState.FIXED


@pytest.mark.parametrize("status", [Status.SKIPPED, Status.FAILED, Status.UNREACHED])
def test_a_check_that_did_not_judge_has_not_observed(status):
    state, reason = of_the_account(of(ending(status, "why not")))
    assert state is FindingState.NOT_OBSERVED
    assert reason.endswith("why not")


def test_a_device_that_is_gone_is_not_observed_and_neither_are_its_findings():
    compared = diff(of(CAMERA), EMPTY)
    assert [(c.state, c.device) for c in compared.devices] == [(DeviceState.NOT_OBSERVED, CAMERA.device)]
    assert {c.state for c in compared.findings} == {FindingState.NOT_OBSERVED}


def test_a_check_that_was_not_run_has_not_observed():
    assert of_the_account(of(replace(CAMERA, outcomes=()))) == (FindingState.NOT_OBSERVED, "the check was not run")


def test_a_gap_at_the_finding_s_endpoint_outweighs_a_passed_check():
    gap = Gap(DEFAULT_ACCOUNT.endpoint, "http", "it fell silent")
    now = ending(Status.PASSED, device=replace(CAMERA.device, gaps=(gap,)))
    assert of_the_account(of(now)) == (FindingState.NOT_OBSERVED, "http on 80/tcp was not examined: it fell silent")


def test_a_port_that_no_longer_answers_is_in_the_reason():
    now = ending(Status.SKIPPED, "it speaks no http", device=replace(CAMERA.device, open_ports=()))
    assert of_the_account(of(now)) == (
        FindingState.NOT_OBSERVED,
        "the check was skipped: it speaks no http; 80/tcp no longer answers",
    )


def test_a_changed_severity_says_what_it_was():
    worse = replace(OLD_FIRMWARE, severity=Severity.HIGH)
    now = replace(CAMERA, outcomes=(Outcome("firmware-old", Status.FOUND, "", (worse,)),))
    change = next(c for c in diff(of(CAMERA), of(now)).findings if c.finding.id == OLD_FIRMWARE.id)
    assert (change.state, change.was) == (FindingState.CHANGED_SEVERITY, Severity.MEDIUM)


def test_a_changed_device_says_what_changed():
    claims = tuple(claim for claim in CAMERA.device.claims if claim.name != "firmware")
    now = replace(
        CAMERA.device,
        addresses=("10.77.0.44",),
        claims=(
            *claims,
            Claim("firmware", "V5.5.0", Confidence.LIKELY, "x"),
            Claim("serial", "42", Confidence.LIKELY, "x"),
        ),
        open_ports=(*CAMERA.device.open_ports[1:], replace(CAMERA_TELNET, port=8000)),
    )
    (change,) = diff(of(CAMERA), of(replace(CAMERA, device=now))).devices
    assert change.state is DeviceState.CHANGED
    assert change.changes == (
        "moved: 10.77.0.10 → 10.77.0.44",
        "firmware: V5.4.5 → V5.5.0",
        "serial: unknown → 42",
        "8000/tcp is open now",
        "23/tcp no longer answers",
    )


def test_a_fleet_finding_is_fixed_only_where_each_device_was_examined_in_full():
    assert diff(REPORT, replace(REPORT, fleet=())).fleet[0].state is FindingState.FIXED
    without = replace(REPORT, fleet=(), assessments=(CAMERA, GATEWAY))
    (change,) = diff(REPORT, without).fleet
    assert (change.state, change.reason) == (FindingState.NOT_OBSERVED, "not examined in full: key:9f2c")
    unfinished = replace(REPORT, fleet=(), scan=replace(REPORT.scan, ended=None))
    assert diff(REPORT, unfinished).fleet[0].state is FindingState.NOT_OBSERVED


def test_a_new_fleet_finding_is_new():
    assert [(c.state, c.finding) for c in diff(EMPTY, REPORT).fleet] == [(FindingState.NEW, SHARED_KEY)]


def test_the_order_does_not_depend_on_the_order_of_the_reports():
    backwards = replace(REPORT, assessments=REPORT.assessments[::-1])
    assert diff(EMPTY, REPORT) == diff(EMPTY, backwards)
    addresses = [change.device.address for change in diff(EMPTY, REPORT).devices]
    assert addresses == ["10.77.0.10", "10.77.0.22", "10.77.0.26", "10.77.0.31"]


def test_what_another_place_does_not_reach_is_neither_gone_nor_fixed():
    office = replace(of(CAMERA, GATEWAY), scan=replace(REPORT.scan, vantage="office"))
    there = ending(Status.PASSED, "no login answered", device=replace(CAMERA.device, open_ports=(), mac=None))
    guest = replace(of(there), scan=replace(REPORT.scan, vantage="guest-wifi"), fleet=())
    compared = diff(replace(office, fleet=(SHARED_KEY,)), guest)
    assert compared.devices == ()
    gone = {change.finding.id: change for change in compared.findings}[DEFAULT_ACCOUNT.id]
    assert (gone.state, gone.reason) == (FindingState.NOT_OBSERVED, compared.elsewhere)
    assert compared.elsewhere == "the older scan looked from office, the newer one from guest-wifi"
    assert {change.state for change in compared.fleet} == {FindingState.NOT_OBSERVED}


def test_a_place_that_nobody_named_may_be_any_other():
    named = replace(REPORT, scan=replace(REPORT.scan, vantage="office"))
    assert diff(REPORT, named).elsewhere.startswith("the older scan looked from a place that nobody named")
    assert diff(named, named).elsewhere == diff(REPORT, REPORT).elsewhere == ""


def doubted(device: Device) -> Assessment:
    """The camera's place, where something opens whatever is asked: it goes by its address alone."""
    nobody = Device(
        "address:10.77.0.10", device.addresses, device.mac, open_ports=device.open_ports[:1], untrusted="it opens all"
    )
    outcomes = tuple(replace(outcome, status=Status.SKIPPED, findings=()) for outcome in CAMERA.outcomes)
    return replace(CAMERA, device=nobody, outcomes=outcomes)


@pytest.mark.parametrize("mac", [CAMERA.device.mac, None])
def test_what_was_found_on_a_device_that_is_not_believed_any_more_is_not_fixed(mac):
    compared = diff(of(CAMERA), of(doubted(replace(CAMERA.device, mac=mac))))
    (change,) = compared.devices
    assert (change.state, change.changes) == (
        DeviceState.CHANGED,
        ("what it answers proves nothing any more: it opens all",),
    )
    assert {(c.state, c.reason) for c in compared.findings} == {
        (FindingState.NOT_OBSERVED, "what it answers proves nothing any more: it opens all")
    }


def test_a_device_that_is_believed_again_is_no_new_one():
    compared = diff(of(doubted(CAMERA.device)), of(CAMERA))
    assert [(c.state, c.changes) for c in compared.devices] == [
        (DeviceState.CHANGED, ("what it answers is believed again",))
    ]
    assert {c.state for c in compared.findings} == {FindingState.NEW}


def test_another_device_that_is_not_believed_does_not_take_the_place_of_one_that_is_gone():
    elsewhere = replace(doubted(CAMERA.device), device=Device("address:10.77.0.99", ("10.77.0.99",), untrusted="so"))
    compared = diff(of(CAMERA), of(elsewhere))
    assert [c.state for c in compared.devices] == [DeviceState.NOT_OBSERVED, DeviceState.NEW]


def test_what_several_shared_is_not_fixed_by_not_believing_one_of_them():
    members = [replace(GATEWAY, device=replace(GATEWAY.device, identity=name, gaps=())) for name in SHARED_KEY.devices]
    doubtful = [replace(one, device=replace(one.device, untrusted="it opens all")) for one in members]
    before = replace(of(*members), fleet=(SHARED_KEY,))
    (change,) = diff(before, of(*doubtful)).fleet
    assert change.state is FindingState.NOT_OBSERVED
