"""Small fleets, made at random: devices of few products with findings that few actions end."""

from dataclasses import replace

from hypothesis import strategies as st

from inventory.ages import FirmwareAge
from inventory.findings import Finding, Outcome, Score
from inventory.model import Claim, Confidence, Device, Endpoint, Family, Severity, Status
from inventory.report import Assessment
from tests.riverside import NOON

FAMILIES = {
    "password": Family.CREDENTIALS,
    "access": Family.CREDENTIALS,
    "update": Family.FIRMWARE,
    "replace": Family.FIRMWARE,
    "encrypt": Family.TLS,
    "switch-off": Family.PORTS,
    "segment": Family.PORTS,
}


def flawed(severity, act, port=80, confidence=Confidence.CONFIRMED, account="", family=None):
    return Finding(
        "",
        f"check-{act}",
        family or FAMILIES[act],
        severity,
        confidence,
        Endpoint("192.0.2.1", port),
        f"A flaw that wants {act}",
        "A detail.",
        "",
        f"Do what is called {act}; then look again.",
        act=act,
        account=account,
    )


def standing(number, product, findings):
    """A device at 192.0.2.`number` with these findings, each with an id of its own."""
    vendor, _, model = product.partition(" ")
    claims = [("vendor", vendor), ("model", model)] if vendor else []
    device = Device(
        f"serial:{number}",
        (f"192.0.2.{number}",),
        claims=tuple(Claim(name, value, Confidence.CONFIRMED, "") for name, value in claims if value),
    )
    named = tuple(replace(finding, id=f"{number:08x}{at:08x}") for at, finding in enumerate(findings))
    outcomes = (Outcome("check", Status.FOUND, "", named),)
    return Assessment(device, outcomes, Score(0.0, Severity.INFO, ""), FirmwareAge(), NOON)


flaws = st.builds(
    flawed,
    severity=st.sampled_from(Severity),
    act=st.sampled_from(sorted(FAMILIES)),
    port=st.sampled_from((0, 80, 443)),
    confidence=st.sampled_from(Confidence),
    account=st.sampled_from(("", "maker-1: admin", "maker-2: root")),
)
fleets = st.lists(
    st.tuples(st.sampled_from(("Acme One", "Acme Two", "Other", "")), st.lists(flaws, max_size=5)), max_size=6
).map(lambda made: [standing(number, *one) for number, one in enumerate(made, 1)])
