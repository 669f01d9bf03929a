"""All that is known of a device, as far as a person reads it."""

from datetime import UTC, datetime

import pytest

from inventory.ages import FirmwareAge
from inventory.findings import Finding, Outcome, Score, Shift
from inventory.known import Known
from inventory.model import Confidence, Device, Endpoint, FactValue, Family, Observation, Severity, Status
from inventory.report import Assessment, Context
from scanner.sheet import sheet
from scanner.terminal import printed

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("tls.accepted", tuple(f"TLSv1.2 0x{code:04x}" for code in range(126)), "TLSv1.2 0x0007 and 118 more"),
        ("tls.groups", ("x25519", "secp256r1"), "tls.groups x25519, secp256r1"),
        ("tls.sans", (), "tls.sans none"),
        ("tls.modulus", "c1" * 256, f"tls.modulus {'c1' * 16}… (512 digits)"),
        ("tls.sha256", "3f" * 32, "3f" * 32),
        ("http.title", "a" * 40 + " " + "b" * 40, "a" * 40 + " " + "b" * 40),
    ],
)
def test_a_long_list_and_a_long_number_are_begun_and_nothing_else_is_cut(name: str, value: FactValue, shown: str):
    seen = Observation(Endpoint("192.0.2.1", 443), "tls", {name: value}, b"", NOON)
    device = Device("address:192.0.2.1", ("192.0.2.1",), observations=(seen,))
    assessment = Assessment(device, (), Score(0.0, Severity.INFO, ""), FirmwareAge(), NOON)
    assert shown in printed(*sheet(Known(assessment, NOON, NOON, 1)), width=400, color=False)


NOWHERE = Context()


def shown(
    *standards: str, sources: tuple[str, ...] = (), shifts: tuple[Shift, ...] = (), context: Context = NOWHERE
) -> str:
    found = Finding(
        id="1",
        check="cleartext-administration",
        family=Family.PORTS,
        severity=Severity.HIGH,
        confidence=Confidence.CONFIRMED,
        endpoint=Endpoint("192.0.2.1", 23),
        title="Administration in clear text",
        detail="Telnet.",
        evidence="login:",
        remedy="Turn Telnet off.",
        standards=standards,
        sources=sources,
        shifts=shifts,
    )
    outcomes = (Outcome("cleartext-administration", Status.FOUND, "", (found,)),)
    device = Device("address:192.0.2.1", ("192.0.2.1",))
    assessment = Assessment(
        device, outcomes, Score(70.0, Severity.HIGH, "14 days"), FirmwareAge(), NOON, context=context
    )
    return printed(*sheet(Known(assessment, NOON, NOON, 1)), width=400, color=False)


def test_a_finding_tells_its_sources_and_its_standards_one_after_the_other():
    page = shown(
        "CWE-319", "ETSI EN 303 645 v3.1.3: 5.5-1", "ETSI EN 303 645 v3.1.3: 5.5-7", sources=("RFC 854 (Telnet)",)
    )
    assert "judged by: RFC 854 (Telnet)\n" in page
    assert (
        "standards: CWE-319 Cleartext Transmission of Sensitive Information; ETSI EN 303 645 v3.1.3: 5.5-1, 5.5-7\n"
        in page
    )


def test_one_closing_line_says_whom_the_standards_bind():
    page = shown("CWE-319", "ETSI EN 303 645 v3.1.3: 5.5-1", "IEC 62443-4-2:2019: CR 4.1")
    assert page.count("bind manufacturers: cite them towards the vendor, they are no duty of the city.") == 1


def test_where_nothing_binds_a_manufacturer_there_is_no_closing_line():
    assert "manufacturers" not in shown("CWE-319", "CIS Controls v8.1: 4.8")


def test_a_device_s_place_and_what_moves_its_findings_are_told():
    page = shown(
        shifts=(Shift(1, "the port was reached from guest-wifi"),),
        context=Context(exposure="open", vantages=("guest-wifi",), criticality="critical"),
    )
    assert "\nreached from guest-wifi (open); criticality critical\n" in page
    assert "\n      critical here: the port was reached from guest-wifi\n" in page
