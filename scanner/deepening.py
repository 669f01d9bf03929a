"""Which TLS endpoints are asked once more after the identification, how deep, and within which bounds. Pure: no question is put here.

The identification hears which versions an endpoint speaks; the findings rest on more, which may only be asked where the budget leaves room: not where it is
strict. What is not asked is said in `tls.unsettled`, so that no check takes it for settled.
"""

from collections.abc import Iterator
from dataclasses import replace

from inventory.model import Device, Observation
from scanner.conversation import Depth, Target
from scanner.questions import Budget
from scanner.terms import Terms
from scanner.tls.facts import names
from scanner.tls.posture import left_open
from scanner.tls.questioning import HELLOS

ENDPOINTS = 4
"""Endpoints of one device of which a posture is asked: those beyond mostly share one library and one configuration with these."""
_PACKETS = 24
"""What one hello mostly takes at most, with a long chain in the answer."""
_CONNECTIONS = {Depth.POSTURE: HELLOS, Depth.FULL: 200}
STRICT = "not asked, for the device may be sent only so many packets"


def deeper(device: Device, terms: Terms, name: str) -> Iterator[tuple[Observation, Target | None, str]]:
    """Each TLS endpoint of which more is to be known than its versions, with the question, or with the reason for which it is not put."""
    seen = [one for one in device.speaking("tls") if _is_open(one, terms)]
    for place, one in enumerate(seen):
        if terms.budget.strict:
            yield one, None, STRICT
        elif place >= ENDPOINTS and terms.depth is Depth.POSTURE:
            yield one, None, f"not asked, for {ENDPOINTS} other endpoints of the device were"
        else:
            command = str(one.facts.get("tls.starttls", ""))
            yield one, Target(one.endpoint, name=name, depth=terms.depth, starttls=command, before=one.facts), ""


def bounds(depth: Depth) -> Budget:
    """What one endpoint may cost at that depth."""
    return Budget(_CONNECTIONS[depth], _CONNECTIONS[depth] * _PACKETS)


def unasked(seen: Observation, terms: Terms, why: str) -> Observation:
    """The observation with the word that no more was asked, and why, where more was to be asked and was not."""
    if not _is_open(seen, terms):
        return seen
    return replace(seen, facts={**seen.facts, "tls.unsettled": left_open(seen.facts, why)})


def _is_open(seen: Observation, terms: Terms) -> bool:
    asked = seen.facts.get("tls.depth") in (Depth.POSTURE, Depth.FULL)
    spoken = seen.protocol == "tls" and names(seen.facts, "tls.versions")
    return bool(spoken) and not asked and terms.depth is not Depth.VERSIONS
