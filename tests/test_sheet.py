"""All that is known of a device, as far as a person reads it."""

from datetime import UTC, datetime

import pytest

from inventory.ages import FirmwareAge
from inventory.findings import Score
from inventory.known import Known
from inventory.model import Device, Endpoint, FactValue, Observation, Severity
from inventory.report import Assessment
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
