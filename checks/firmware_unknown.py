"""Nothing says how old the firmware is.

What: the device answers, and nothing that it says bounds the day on which its firmware was built: no date, no version that a release table knows, no component
whose release has a known day. This is not a fault of the device, it is what this scan could not tell.

Why it matters in a city: a list of old devices that leaves out those of unknown age reads as if they were young. The oldest may well be among them: what is
fifteen years old has seldom learnt to speak of itself.

How to fix: read the version in its web interface or on its label, look up its day at the maker, and add it to your own table of releases (vendor, model,
version, date, source), which `tocsin intel update FILE` takes; or give the scan a read-only SNMP community, by which many devices say more.
"""

from checks.contract import Act, Flaw, Inconclusive, Judgement, NotApplicable, check, examined
from checks.firmware import firmware_age
from checks.intelligence import Intelligence
from checks.matches import shortened
from checks.standards import clauses
from inventory.ages import FirmwareAge
from inventory.model import Device, Endpoint, Family, Severity


@check(
    id="firmware-unknown",
    title="Firmware of unknown age",
    severity=Severity.INFO,
    family=Family.FIRMWARE,
    remedy="Read the version at the device, look up its day at the maker, and add it to your own table of releases.",
    standards=clauses("CWE-1059", "inventory"),
    act=Act.INVESTIGATE,
    sources=("what the device says of itself, and the tables of releases at hand",),
    informed=("intelligence",),
)
def firmware_unknown(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """One finding where neither end of the interval is known."""
    examined(device)
    age = firmware_age(device, intelligence)
    if age.not_before or age.not_after:
        return _known(age)
    if not device.claims:
        raise NotApplicable("it was not identified")
    if device.gaps:
        raise Inconclusive("nothing that it said bounds the day of its build, and it was not asked everything")
    version = device.claim("firmware")
    said = (
        f"It runs {shortened(version.value)}, and no table at hand knows that release"
        if version
        else "It states no version"
    )
    yield Flaw(
        Endpoint(device.address, 0),
        f"{said}; nothing else that it says bounds the day on which its firmware was built.",
        facet="firmware",
    )
    return "unreachable"


def _known(age: FirmwareAge) -> str:
    if age.not_before == age.not_after:
        return f"built on {age.not_before}"
    ends = (
        f"not before {age.not_before}" if age.not_before else "",
        f"not after {age.not_after}" if age.not_after else "",
    )
    return f"built {' and '.join(end for end in ends if end)}"
