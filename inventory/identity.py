"""Which records are one device: the identity that a device keeps from scan to scan, though its address changes.

Serial number > MAC address > key > SNMP engine id > model, port and banner > address. The first that a device has is its identity; where two devices of one
scan come out with the same (a serial number in the thousands of copies of one firmware, a key that ships in it), it names neither, and each falls back to its
next candidate. Which addresses are one device in the first place is said in `inventory/joining.py`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from inventory.marks import BANNERS, is_engine, is_serial
from inventory.model import Claim, Confidence, Device, Observation
from inventory.oui import is_local, normal

_KEYS = (("ssh.hostkey_sha256", "SSH host key"), ("tls.spki_sha256", "TLS public key"))


def identity_of(
    claims: Sequence[Claim], mac: str | None, observations: Sequence[Observation], address: str
) -> tuple[str, str]:
    """The best identity ("serial:hikvision:DS-…", "mac:44:19:b6:…") and why, in one sentence."""
    return candidates(claims, mac, observations, address)[0]


def candidates(
    claims: Sequence[Claim], mac: str | None, observations: Sequence[Observation], address: str
) -> tuple[tuple[str, str], ...]:
    """Every identity that the device could go by, with why, the most lasting first; the last is always its address."""
    claims = [claim for claim in claims if not claim.behind]
    observations = [seen for seen in observations if not seen.behind]
    return (
        *_by_serial(claims),
        *_by_mac(mac, claims),
        *_by_key(observations),
        *_by_engine(observations),
        *_by_banner(claims, observations),
        (f"address:{address}", "Nothing but its address tells it from another device."),
    )


def candidates_of(device: Device) -> tuple[tuple[str, str], ...]:
    """Those of a device. What an untrusted one says may be another's: it goes by its MAC address, or by where it was met."""
    observations = () if device.untrusted else device.observations
    return candidates(device.claims, device.mac, observations, device.address)


def known_by(*records: Device) -> tuple[str, ...]:
    """Every name by which these records of one device may be recognised another time: serial numbers, MAC addresses, SNMP engine ids, addresses.

    Keys are left out: one that ships with the firmware is on every copy of it.
    """
    names: dict[str, None] = {}
    for device in records:
        could_be = (name for name, _ in candidates_of(device))
        names |= dict.fromkeys(name for name in could_be if name.startswith(("serial:", "mac:", "engine:")))
        names |= dict.fromkeys(f"address:{address}" for address in device.addresses)
    return tuple(names)


def named(devices: Iterable[Device]) -> tuple[Device, ...]:
    """The devices of one scan under their identities, in the order given, each with the reason: the best candidate that no other of them has."""
    devices = tuple(devices)
    could_be = [candidates_of(device) for device in devices]
    taken = Counter(name for names in could_be for name in {name for name, _ in names})
    found = (next((pair for pair in names if taken[pair[0]] == 1), names[-1]) for names in could_be)
    return tuple(
        replace(d, identity=name, why=(why, *(line for line in d.why if line != why)))
        for d, (name, why) in zip(devices, found, strict=True)
    )


def _by_serial(claims: Sequence[Claim]) -> Iterator[tuple[str, str]]:
    serials = [c for c in claims if c.name == "serial" and c.confidence >= Confidence.LIKELY and is_serial(c.value)]
    if serials:
        claim = min(serials, key=lambda c: (-c.confidence, c.value))
        where = f" at {claim.endpoint}" if claim.endpoint else ""
        vendor = _slug(_best(claims, "vendor")) or "-"
        yield f"serial:{vendor}:{_compact(claim.value)}", f"It states its serial number ({claim.fact}{where})."


def _by_mac(mac: str | None, claims: Sequence[Claim]) -> Iterator[tuple[str, str]]:
    """The address that was seen, then, for behind a router none is, those that it states."""
    seen = normal(mac) if mac else None
    if mac and seen and not is_local(mac):
        yield f"mac:{seen}", "It answers from a MAC address that its maker was assigned."
    stated = [c for c in claims if c.name == "mac" and c.confidence >= Confidence.LIKELY and not is_local(c.value)]
    for claim in sorted(stated, key=lambda claim: (-claim.confidence, claim.value)):
        if normal(claim.value) != seen:
            where = f" at {claim.endpoint}" if claim.endpoint else ""
            yield f"mac:{normal(claim.value)}", f"It states this MAC address as its own ({claim.fact}{where})."


def _by_key(observations: Sequence[Observation]) -> Iterator[tuple[str, str]]:
    for fact, name in _KEYS:
        for seen, value in _stated(observations, fact):
            yield f"key:{value[:32]}", f"It holds the {name} whose SHA-256 begins so ({seen.endpoint})."
            break


def _by_engine(observations: Sequence[Observation]) -> Iterator[tuple[str, str]]:
    for seen, value in _stated(observations, "snmp.engine_id"):
        if is_engine(value):
            yield f"engine:{value}", f"Its SNMP engine has this id ({seen.endpoint})."
            return


def _by_banner(claims: Sequence[Claim], observations: Sequence[Observation]) -> Iterator[tuple[str, str]]:
    model = _best(claims, "model")
    if not model:
        return
    said = sorted(
        f"{seen.endpoint.transport}/{seen.endpoint.port} {fact} {_without_digits(value)}"
        for fact in BANNERS
        for seen, value in _stated(observations, fact)
    )
    if said:
        digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
        yield f"model:{_slug(model)}:{digest}", f"It is a {model} that offers and says the same at its ports."


def _stated(observations: Sequence[Observation], fact: str) -> Iterator[tuple[Observation, str]]:
    """Every observation that has the fact, in the order of the endpoints, with its text in lower case."""
    for seen in sorted(observations, key=lambda o: (o.endpoint.sort_key, o.protocol)):
        if seen.facts.get(fact):
            yield seen, str(seen.facts[fact]).lower()


def _best(claims: Sequence[Claim], name: str) -> str:
    claim = max((c for c in claims if c.name == name), key=lambda c: c.confidence, default=None)
    return claim.value if claim else ""


def _without_digits(text: str) -> str:
    """The text without its numbers, so that an update of the firmware does not make another device of it."""
    return re.sub(r"\d[\d.]*", "", text)


def _compact(text: str) -> str:
    return re.sub(r"\s+", "-", text.strip())


def _slug(text: str) -> str:
    return re.sub(r"[^\w.+]+", "-", text.lower()).strip("-")
