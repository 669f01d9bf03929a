"""The nouns. Frozen, slotted records; a change is `dataclasses.replace`."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import lru_cache

_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_AFTER_IP = 7
FactValue = str | int | float | bool | tuple[str, ...]
Facts = Mapping[str, FactValue]
"""A flat mapping from declared names ("http.server") to what was said; every text in it has passed `inventory.text.visible`."""


class Severity(IntEnum):
    """How bad a finding is, worst highest."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The name in lower case, as reports print it."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure we are: INFERRED from circumstance, LIKELY by a sign, CONFIRMED by proof."""

    INFERRED = 0
    LIKELY = 1
    CONFIRMED = 2

    @property
    def label(self) -> str:
        """The name in lower case, as reports print it."""
        return self.name.lower()


class Family(StrEnum):
    """The four families of checks."""

    CREDENTIALS = "credentials"
    TLS = "tls"
    FIRMWARE = "firmware"
    PORTS = "ports"


class Status(StrEnum):
    """How a check ended on a device. Nothing is healthy by silence."""

    PASSED = "passed"
    FOUND = "found"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNREACHED = "unreached"


class Level(IntEnum):
    """Up to where a scan may go: IDENTIFY asks only what a device tells anyone, LOGIN tries documented default accounts."""

    IDENTIFY = 0
    LOGIN = 1

    @property
    def label(self) -> str:
        """The name in lower case, as configuration and reports write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, a port (0 where the whole host is meant) and "tcp" or "udp".

    The address is an IP address, but for a device that was only heard below IP (LLDP, CDP): then it is its MAC address, 'aa:bb:cc:dd:ee:ff'.
    """

    address: str
    port: int
    transport: str = "tcp"

    @property
    def sort_key(self) -> tuple[int, int, int, str]:
        """Version, number, port, transport: everything prints in this order, MAC addresses last."""
        return (*_place(self.address), self.port, self.transport)

    def __lt__(self, other: "Endpoint") -> bool:
        return self.sort_key < other.sort_key

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}/{self.transport}"


@lru_cache(maxsize=65_536)  # everything is sorted, and by the same addresses
def _place(address: str) -> tuple[int, int]:
    if _MAC.fullmatch(address):
        return _AFTER_IP, int(address.replace(":", ""), 16)
    ip = ipaddress.ip_address(address)
    return ip.version, int(ip)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one protocol said at one endpoint; `evidence` is the excerpt that proves it, at most 512 bytes as heard.

    `behind` is empty where the device speaks for itself; else it names the sub-device that the device speaks for, in the protocol's own terms ("unit 1").
    """

    endpoint: Endpoint
    protocol: str
    facts: Facts
    evidence: bytes
    when: datetime
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is believed of a device ("vendor", "Hikvision"), how sure, and the observation and fingerprint behind it.

    `name` is one of CLAIMS. `fact` names the fact that was matched, `endpoint` where it was heard, and `behind` the sub-device of which it is believed
    ("" for the device itself).
    """

    name: str
    value: str
    confidence: Confidence
    fingerprint: str
    fact: str = ""
    endpoint: Endpoint | None = None
    behind: str = ""


CLAIMS: Mapping[str, str] = {
    "vendor": "who made the device",
    "model": "the product's or model's name as its maker writes it",
    "kind": "what it is for, a word of KINDS",
    "firmware": "the version of the device's own firmware, as stated",
    "firmware_date": "the build or release date that the device states, ISO 8601",
    "serial": "the serial number",
    "hardware": "the revision or number of the hardware, as stated",
    "mac": "a MAC address that the device states as its own, 'aa:bb:cc:dd:ee:ff'",
    "name": "the name that its people gave it",
    "component": "a third-party component and its version, 'dropbear 2012.55'",
    "cpe": "the product's name in the CPE 2.3 dictionary, where it is certain, 'cpe:2.3:h:…' or 'cpe:2.3:o:…'",
}

KINDS = (
    "access-point",
    "air-sensor",
    "building-controller",
    "camera",
    "charger",
    "door-controller",
    "firewall",
    "gateway",
    "hmi",
    "intercom",
    "kiosk",
    "lighting-gateway",
    "luminaire",
    "message-sign",
    "meter",
    "nas",
    "parking-meter",
    "pdu",
    "phone",
    "plc",
    "printer",
    "radio",
    "recorder",
    "router",
    "rtu",
    "sensor",
    "serial-server",
    "server",
    "signage-player",
    "speaker",
    "switch",
    "traffic-controller",
    "ups",
    "weather-station",
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A protocol that could not be examined at an open endpoint, and why; what hangs on it is UNREACHED, not PASSED."""

    endpoint: Endpoint
    protocol: str
    reason: str


@dataclass(frozen=True, slots=True)
class Device:
    """One device: its stable identity, where it is, which ports are open, what it said, and what that makes it.

    `why` says in sentences what its identity rests on and why its addresses are one device, `conflicts` which other records share a mark with it and why they
    were kept apart. `noted` are addresses that it was heard to have and that nobody may ask: outside the scope, and never touched. `untrusted` says why nothing
    that it says proves anything (it opens every port, it speaks every protocol), "" where it is a device like others.
    """

    identity: str
    addresses: tuple[str, ...]
    mac: str | None = None
    mac_vendor: str | None = None
    open_ports: tuple[Endpoint, ...] = ()
    observations: tuple[Observation, ...] = ()
    claims: tuple[Claim, ...] = ()
    gaps: tuple[Gap, ...] = ()
    why: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    untrusted: str = ""

    @property
    def address(self) -> str:
        """The first of its addresses, IPv4 before IPv6."""
        return self.addresses[0]

    def claim(self, name: str) -> Claim | None:
        """The best-founded claim of that name about the device itself: the surest, then the first in order."""
        best = None
        for claim in self.claims:  # a rank over a whole fleet asks for tens of thousands
            if claim.name == name and not claim.behind and (best is None or claim.confidence > best.confidence):
                best = claim
        return best

    def claimed(self, name: str) -> tuple[Claim, ...]:
        """Every claim of that name about the device itself, in order."""
        return tuple(claim for claim in self.claims if claim.name == name and not claim.behind)

    def fact(self, name: str) -> FactValue | None:
        """The value of a claim ("firmware") or, failing that, of the first observation that has the fact ("http.server")."""
        claim = self.claim(name)
        if claim is not None:
            return claim.value
        return next((s.facts[name] for s in self.observations if name in s.facts and not s.behind), None)

    @property
    def parts(self) -> tuple[str, ...]:
        """The sub-devices that it speaks for, in the protocol's own terms, in order."""
        return tuple(dict.fromkeys(seen.behind for seen in self.observations if seen.behind))

    def of_part(self, part: str) -> Mapping[str, str]:
        """What is believed of one sub-device: the best-founded claim of each name, in the order of CLAIMS."""
        ours = [claim for claim in self.claims if claim.behind == part]
        named = ((name, [claim for claim in ours if claim.name == name]) for name in CLAIMS)
        return {name: max(found, key=lambda c: c.confidence).value for name, found in named if found}

    def speaking(self, *protocols: str) -> tuple[Observation, ...]:
        """The device's own observations of those protocols, in the order of their endpoints."""
        return tuple(seen for seen in self.observations if seen.protocol in protocols and not seen.behind)
