"""The device still waits for its first owner: whoever comes first sets the password.

What: the device says of itself that it was never put into service. Hikvision's SADP states Activated=false, Axis' systemready needsetup=yes, Dahua's DHIP an
Init mask of 1; a radio or access point of Ubiquiti says that it stands on its factory settings; a web page asks for a password that is yet to be set, and for
none that is (likely: its words are read, and nothing is filled in). Tocsin reads these statements where they are given to anybody, and sets nothing.

It is critical, as a default password is: it takes one request and no knowledge at all, and who makes it gets the only account there is and locks the owner
out. That such a device mostly records nothing yet makes it no better a neighbour: it stands inside the city's network and will run whatever is put on it.

Why it matters in a city: cameras and radios are put up by contractors weeks before somebody configures them, and some are forgotten; after a reset or a
replacement they are as new. From a lamp post's cabinet or a school's network anyone makes such a camera his own, and with it a foothold behind the firewall.

How to fix: put the device into service today: set a password of its own, kept in the city's password store, and update its firmware. If it says so without
ever having been used, treat it as a found device: find its owner, or disconnect it. If it was in service before, somebody has reset it: find out who.
"""

from dataclasses import dataclass

from checks.contract import Act, Flaw, Judgement, check
from checks.standards import clauses
from inventory.model import Confidence, Device, Family, Severity


@dataclass(frozen=True, slots=True)
class Sign:
    """One way to say that nobody owns the device yet: the fact, its value in that case, and what that means, and where it stands."""

    protocol: str
    fact: str
    value: bool
    says: str
    source: str
    confidence: Confidence = Confidence.CONFIRMED


SIGNS = (
    Sign(
        "axis",
        "axis.needs_setup",
        value=True,
        says="It has no account yet (VAPIX systemready: needsetup=yes).",
        source="Axis VAPIX: systemready.cgi",
    ),
    Sign(
        "dhip",
        "dhip.initialised",
        value=False,
        says="It has no first password yet (the Init mask of DHIP is 1).",
        source="Dahua DHIP: the answer's Init",
    ),
    Sign(
        "http",
        "http.first_run",
        value=True,
        says="Its web page asks whoever comes by to set the first password; nothing was filled in.",
        source="the page's own words",
        confidence=Confidence.LIKELY,
    ),
    Sign(
        "sadp",
        "sadp.activated",
        value=False,
        says="It has no first password yet (SADP: Activated=false).",
        source="Hikvision SADP: the answer's Activated",
    ),
    Sign(
        "ubiquiti",
        "ubiquiti.default",
        value=True,
        says="It stands on its factory settings, with the factory's password, and takes the first controller that adopts it.",
        source="Ubiquiti, discovery answer: factory settings; UniFi documentation on adoption",
    ),
)


@check(
    id="first-run",
    title="Whoever comes first sets the password",
    severity=Severity.CRITICAL,
    family=Family.CREDENTIALS,
    needs=tuple(sorted({sign.protocol for sign in SIGNS})),
    remedy="Put the device into service today with a password of its own, or disconnect it.",
    standards=clauses("CWE-1188", "first-run"),
    act=Act.ACCESS,
    sources=("what the device itself says of its setup",),
)
def first_run(device: Device) -> Judgement:
    """Every statement of the device that it has no owner."""
    for sign in SIGNS:
        for seen in device.speaking(sign.protocol):
            if seen.facts.get(sign.fact) is sign.value:
                yield Flaw(seen.endpoint, sign.says, seen.evidence, sign.confidence, sources=(sign.source,))
    return "has been put into service, as far as it says"
