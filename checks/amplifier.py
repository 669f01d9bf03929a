"""A service answers over UDP with much more than it was asked.

What: services that send many bytes for one, to whatever address the question says that it came from. `data/amplifiers.toml` lists them with their factors:

- SSDP, mDNS, WS-Discovery, NetBIOS, CoAP and the discovery of Ubiquiti and Dahua are made for a device's own segment, and there they are no flaw. They are one
  where they answer beyond it. Tocsin knows that it stands on the device's segment where it saw the device's network card (ARP), or asked a link-local address;
  then this check is silent. Where neither is so, it probably stands beyond a router: the finding is inferred, because a scan that may not send ARP looks
  alike. Low.
- NTP: an ntpd older than 4.2.7p26 has the command monlist, which answers one small packet with up to a hundred. It is never asked for. A server that answers
  control messages to strangers, as this one did, restricts its queries in no way, so that it answers monlist as well: likely. Medium.
- Memcached older than 1.5.6 listens on UDP unless it is told not to. That is never asked, and goes by the version: inferred. Medium.

A policy may allow that the services of the first point answer beyond their segment. It allows no old version: that a device may tell the time, or keep
a cache, allows no list of its clients and no copy of the cache to be thrown at others.

SNMP amplifies too (GetBulk, about 6 times), for who knows the community: see snmp-default-community. DNS is judged by open-relay.

Why it matters in a city: a thousand cameras that answer forged questions are a weapon, and the line that they fill is first of all the city's own. An attacker
inside may aim the segment's devices at a control centre; one outside needs a single address that is reachable from there.

How to fix: drop the port at the segment's border in both directions, and let routers drop packets whose sender cannot be behind that interface (BCP 38).
Turn the service off on devices where nobody needs it.
"""

import importlib.resources
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from checks.contract import Act, Flaw, Judgement, check
from checks.policy import Policy, built_in
from checks.segment import on_segment
from checks.standards import clauses
from inventory.model import Confidence, Device, Endpoint, Family, Observation, Severity

_STATED = re.compile(r"(?:ntpd )?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:p(\d{1,4}))?(?![\d.])")


@dataclass(frozen=True, slots=True)
class Amplifier:
    """One row of the table; its head says what the fields mean."""

    protocol: str
    name: str
    factor: str
    remedy: str
    source: str
    segment: bool = False
    severity: str = "low"
    version: str = ""
    before: tuple[int, ...] = ()
    inferred: bool = False
    port: int = 0


@cache
def all_amplifiers() -> tuple[Amplifier, ...]:
    """Every row, in the order of the table, each with its source spelt out."""
    text = importlib.resources.files("checks").joinpath("data/amplifiers.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return tuple(
        Amplifier(**{**row, "before": tuple(row.get("before", ())), "source": data["sources"][row["source"]]})
        for row in data["amplifier"]
    )


@check(
    id="amplifier",
    title="A service can be made to flood others",
    severity=Severity.LOW,
    family=Family.PORTS,
    remedy="Drop the port at the segment's border, or turn the service off where nobody needs it.",
    standards=clauses("open-ports", "CWE-406"),
    informed=("policy",),
    act=Act.SEGMENT,
    sources=("CISA alert TA14-017A, UDP-Based Amplification Attacks",),
)
def amplifier(device: Device, policy: Policy | None = None) -> Judgement:
    """Every service of the table that answers where it should not, or is of a version that does."""
    policy = policy or built_in()
    near = on_segment(device)
    quiet: list[str] = []
    for row, seen in _heard(device):
        if row.segment and near:
            quiet.append(f"{row.protocol} answered on its own segment only, as far as was seen")
        elif row.segment and (rule := policy.permits(device, seen.endpoint, seen.protocol)):
            quiet.append(f"{row.protocol} is allowed by {rule}")
        else:
            yield _flaw(row, seen)
    return "; ".join(dict.fromkeys(quiet)) or "no service of the table answered where it should not"


def _heard(device: Device) -> Iterator[tuple[Amplifier, Observation]]:
    for row in all_amplifiers():
        for seen in device.speaking(row.protocol):
            if not row.version or _older(str(seen.facts.get(row.version, "")), row.before):
                yield row, seen


def _older(stated: str, before: tuple[int, ...]) -> bool:
    """Whether a version is surely older: "4.2.6p5" is, and what states none is not."""
    found = _STATED.match(stated[:200])
    return found is not None and tuple(int(part or 0) for part in found.groups())[: len(before)] < before


def _flaw(row: Amplifier, seen: Observation) -> Flaw:
    where = Endpoint(seen.endpoint.address, row.port, "udp") if row.port else seen.endpoint
    how = (
        "It answered although its network card was not seen, so probably from another segment."
        if row.segment
        else f"Its version ({str(seen.facts.get(row.version, ''))[:80]}) is one that does; that was not tried."
    )
    return Flaw(
        where,
        f"{row.name} sends {row.factor} bytes for one that it is asked, to whatever address the question bears. {how}",
        seen.evidence,
        confidence=Confidence.INFERRED if row.segment or row.inferred else Confidence.LIKELY,
        severity=Severity[row.severity.upper()],
        facet=f"udp/{where.port} {row.protocol}",
        remedy=row.remedy,
        sources=(row.source,),
    )
