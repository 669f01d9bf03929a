"""The device still speaks a version of SSL or TLS that is broken or withdrawn.

What: a handshake with SSL 3.0, TLS 1.0 or TLS 1.1 was accepted. SSL 3.0 is broken (POODLE, RFC 7568); TLS 1.0 and 1.1 were withdrawn by RFC 8996.
Only the opening of the handshake is exchanged, never a login.

Why it matters in a city: an attacker between the device and its server can force both down to the oldest version they share and read or alter what a
controller is told. A device that knows nothing newer than TLS 1.1 mostly has not been updated for ten years.

How to fix: set the minimum version to TLS 1.2 in the device's web or security settings. Where it offers none, update the firmware; where there is no
update, put a TLS proxy in front of the device and plan its replacement.
"""

from checks.contract import Flaw, Inconclusive, Judgement, check
from inventory.model import Device, Family, Observation, Severity

_ORDER = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_OLD = _ORDER[:3]


@check(
    id="tls-old-version",
    title="Withdrawn version of SSL or TLS",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Set the minimum version to TLS 1.2; where the device cannot, update its firmware.",
    standards=(
        "CWE-327",
        "ETSI EN 303 645 v3.1.3: 5.5-1",
        "EU CRA 2024/2847 Annex I: Part I (2)(e)",
        "PCI DSS v4.0.1: 4.2.1",
        "OWASP IoT Top 10 2018: I7",
    ),
)
def tls_old_version(device: Device) -> Judgement:
    """Every TLS endpoint that accepts SSL 3.0, TLS 1.0 or TLS 1.1."""
    unknown = []
    for seen in device.speaking("tls"):
        accepted = _accepted(seen)
        if not accepted:
            unknown.append(str(seen.endpoint))
        elif accepted[0] in _OLD:
            yield Flaw(seen.endpoint, _detail(accepted), seen.evidence, severity=_severity(accepted))
    if unknown:
        raise Inconclusive(f"no version of TLS was agreed on at {', '.join(unknown)}")
    return "accepts only TLS 1.2 and later"


def _accepted(seen: Observation) -> list[str]:
    """The versions that were accepted, oldest first."""
    versions = seen.facts.get("tls.versions")
    return [version for version in _ORDER if isinstance(versions, tuple) and version in versions]


def _severity(accepted: list[str]) -> Severity:
    if accepted[0] == "SSLv3":
        return Severity.CRITICAL
    return Severity.HIGH if accepted[-1] in _OLD else Severity.MEDIUM


def _detail(accepted: list[str]) -> str:
    old = [version for version in accepted if version in _OLD]
    best = "nothing newer" if accepted[-1] in _OLD else f"and {accepted[-1]} at best"
    return f"Accepts {', '.join(old)}, {best}."
