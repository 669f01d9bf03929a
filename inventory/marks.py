"""What can prove that two records are one device, and what proves that they are two. Pure.

A mark is something that no two devices should share: a serial number, a MAC address, an SNMP engine's id, a key. Some do share them (a serial number in every
copy of a firmware, a certificate that ships with it, a router that answers ARP for others), so a shared mark is a question, and `objection` answers it.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from inventory.model import Claim, Confidence, Device
from inventory.oui import is_local, normal

SEEN_MAC = "seen-on-the-segment"
"""The fingerprint of a claim "mac" that is a second MAC address of the device, seen and not stated."""
NEAR = 16
"""The MAC addresses of one board's interfaces lie so close together."""
CLOCK = 5.0
"""Seconds by which two readings of one SNMP engine's clock may differ: it counts whole seconds, and answers take their time."""
BANNERS = (
    "http.server",
    "http.realm",
    "ssh.software",
    "rtsp.server",
    "modbus.vendor",
    "modbus.product_code",
    "telnet.prompt",
)
"""What a device says in the same words every day; greetings with a clock or a counter in them are none of these."""
_NO_SERIAL = frozenset(
    (
        "none",
        "null",
        "unknown",
        "default",
        "notset",
        "notavailable",
        "undefined",
        "serial",
        "serialnumber",
        "tobefilledbyoem",
    )
)
_SHORTEST_SERIAL, _SHORTEST_ENGINE_ID = 5, 10  # characters; RFC 3411, section 5: an engine id has at least five octets


class Kind(IntEnum):
    """The kinds of marks, the strongest first."""

    SERIAL = 0
    MAC = 1
    ENGINE = 2
    KEY = 3


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One mark; `said` names it in a sentence: "the serial number DS-…"."""

    kind: Kind
    value: str
    said: str = field(compare=False)


def marks(device: Device) -> frozenset[Mark]:
    """Every mark of a device itself, not of what is behind it; of an untrusted one only what was seen, for it may say what others are."""
    if device.untrusted:
        return frozenset(_macs(device))
    return frozenset((*_serials(device), *_macs(device), *_engines(device), *_keys(device)))


def is_serial(text: str) -> bool:
    """Whether a text can be one device's own number: not a word for nothing, not one character over and over, not counting up."""
    plain = re.sub(r"[\W_]", "", text).lower()
    counting = "01234567890123456789"
    return len(plain) >= _SHORTEST_SERIAL and plain not in _NO_SERIAL and len(set(plain)) > 1 and plain not in counting


def is_engine(engine: str) -> bool:
    """Whether an SNMP engine's id can be one device's own."""
    return len(engine) >= _SHORTEST_ENGINE_ID and bool(engine.strip("0"))


def serial_of(device: Device) -> Claim | None:
    """The serial number that counts: the surest, of those the first in the alphabet, whatever the order of the claims."""
    found = [c for c in device.claimed("serial") if c.confidence >= Confidence.LIKELY and is_serial(c.value)]
    return min(found, key=lambda claim: (-claim.confidence, claim.value), default=None)


def seen_macs(device: Device) -> frozenset[str]:
    """The MAC addresses that it was seen to answer from, whoever assigned them."""
    second = [claim.value for claim in device.claimed("mac") if claim.fingerprint == SEEN_MAC]
    return frozenset(mac for text in (device.mac or "", *second) if (mac := normal(text)))


def own_macs(device: Device) -> frozenset[str]:
    """The MAC addresses that a maker was assigned and that it was seen to have or states as its own."""
    stated = [c.value for c in device.claimed("mac") if c.confidence >= Confidence.LIKELY]
    macs = (*seen_macs(device), *(mac for text in stated if (mac := normal(text))))
    return frozenset(mac for mac in macs if not is_local(mac))


def _serials(device: Device) -> Iterator[Mark]:
    claim = serial_of(device)
    if claim is not None:
        yield Mark(Kind.SERIAL, re.sub(r"\s+", "", claim.value).lower(), f"the serial number {claim.value}")


def _macs(device: Device) -> Iterator[Mark]:
    for mac in own_macs(device):
        yield Mark(Kind.MAC, mac, f"the MAC address {mac}")


def _engines(device: Device) -> Iterator[Mark]:
    for engine, _, _ in _clocks(device):
        yield Mark(Kind.ENGINE, engine, f"the SNMP engine {engine}")


def _keys(device: Device) -> Iterator[Mark]:
    for seen in device.speaking("ssh", "tls", "dtls"):
        for fact, name in (("ssh.hostkey_sha256", "SSH host key"), ("tls.spki_sha256", "TLS key")):
            key = seen.facts.get(fact)
            if isinstance(key, str) and key:
                yield Mark(Kind.KEY, f"{fact} {key.lower()}", f"the {name} {key.lower()[:16]}…")


def _clocks(device: Device) -> Iterator[tuple[str, int | None, float]]:
    """Of each SNMP engine: its id, how often it booted, and when it did so last."""
    for seen in device.speaking("snmp"):
        engine = str(seen.facts.get("snmp.engine_id", "")).lower()
        if is_engine(engine):
            boots, seconds = (seen.facts.get(f"snmp.engine_{name}") for name in ("boots", "time"))
            if isinstance(boots, int) and isinstance(seconds, int) and boots > 0:
                yield engine, boots, seen.when.timestamp() - seconds
            else:
                yield engine, None, 0.0


def contradiction(one: Device, other: Device) -> str:
    """What proves that two records are two devices, in a sentence; "" where nothing does."""
    left, right = _exclusive(one), _exclusive(other)
    return next((f"their {name} differ" for name in sorted(left) if right.get(name, left[name]) != left[name]), "")


def _exclusive(device: Device) -> dict[str, str]:
    """What one device has one of, by name: whichever of its addresses is asked, the answer is the same."""
    found: dict[str, str] = {}
    serial = serial_of(device)
    if serial is not None:
        found["serial numbers"] = re.sub(r"[\W_]", "", serial.value).lower()
    for name in ("vendor", "model"):
        for claim in sorted(device.claimed(name), key=lambda claim: claim.value, reverse=True):
            if claim.endpoint is not None and claim.confidence >= Confidence.LIKELY:
                found[f"{name}s at port {claim.endpoint.port} ({claim.fact})"] = claim.value.lower()
    for seen in sorted(
        device.speaking("ssh", "tls", "dtls", "snmp"), key=lambda seen: seen.endpoint.sort_key, reverse=True
    ):
        port, facts = seen.endpoint.port, seen.facts
        if facts.get("ssh.hostkey_sha256"):
            kind = facts.get("ssh.hostkey_type", "")
            found[f"SSH host keys at port {port} ({kind})"] = str(facts["ssh.hostkey_sha256"]).lower()
        if facts.get("tls.spki_sha256"):
            found[f"{seen.protocol.upper()} keys at port {port}"] = str(facts["tls.spki_sha256"]).lower()
        if is_engine(engine := str(facts.get("snmp.engine_id", "")).lower()):
            found["SNMP engines"] = engine
    return found


def objection(kind: Kind, one: Device, other: Device) -> str:
    """Why a shared mark of that kind does not make one device of two records; "" where it does.

    A serial number, an engine's id and a key are what a device says, and copies of one firmware may all say the same. So they join an IPv4 with an IPv6
    address, of which most devices have one each; two addresses of one family need a sign that copies do not share: neighbouring MAC addresses, or one SNMP
    clock.
    """
    found = contradiction(one, other)
    if found or kind is Kind.MAC:
        return found or _other_services(one, other)
    clock = _clock(one, other)
    if clock is False:
        return "their SNMP engines were not started at the same time"
    macs, others = seen_macs(one), seen_macs(other)
    if macs and others and not macs & others and clock is None:
        near = kind is Kind.SERIAL and all(_near(mac, another) for mac in macs for another in others)
        return "" if near else "they answer from different MAC addresses"
    if macs & others or clock or not _versions(one) & _versions(other):
        return ""
    return "no MAC address was seen that would prove it, and copies of one firmware may share it"


def _versions(device: Device) -> set[int]:
    return {ipaddress.ip_address(address).version for address in device.addresses}


def _other_services(one: Device, other: Device) -> str:
    """A router that answers ARP for others lends them its MAC address; what they offer is their own."""
    if not _versions(one) & _versions(other):
        return ""
    ports, others = ({e.port for e in device.open_ports if e.transport == "tcp"} for device in (one, other))
    words, other_words = _banners(one), _banners(other)
    alike = all(other_words.get(where, said) == said for where, said in words.items())
    if alike and (ports <= others or others <= ports):
        return ""
    return "they offer different services; a router may answer for others"


def _banners(device: Device) -> dict[tuple[str, int], str]:
    """What is said at each port in the same words every day, without its numbers."""
    return {
        (fact, seen.endpoint.port): re.sub(r"\d[\d.]*", "", str(seen.facts[fact]))
        for seen in sorted(device.observations, key=lambda seen: seen.endpoint.sort_key, reverse=True)
        for fact in BANNERS
        if fact in seen.facts and not seen.behind
    }


def _clock(one: Device, other: Device) -> bool | None:
    """Whether the clocks of one SNMP engine agree; None where they were not both read."""
    verdicts = [
        boots == others and abs(started - other_started) <= CLOCK
        for engine, boots, started in _clocks(one)
        for other_engine, others, other_started in _clocks(other)
        if engine == other_engine and boots is not None and others is not None
    ]
    return all(verdicts) if verdicts else None


def _near(mac: str, other: str) -> bool:
    """Whether two MAC addresses are of one maker's block and close together; local ones (bit 1 of the first octet) are nobody's."""
    if is_local(mac) or is_local(other):
        return False
    number, another = (int(text.replace(":", ""), 16) for text in (mac, other))
    return number >> 24 == another >> 24 and abs(number - another) < NEAR
