"""Whatever the city or a device calls by a name, and what stands for it."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from hashlib import blake2b
from itertools import chain

from checks.contract import load_checks
from checks.credentials import load_catalogue
from inventory.findings import Acceptance
from inventory.model import KINDS, Device
from inventory.report import Context, Report
from inventory.waivers import Waiver
from scanner.pseudonyms.facts import named

PERSON, DEPARTMENT, SITE, VANTAGE = "person", "department", "site", "vantage"
_TELLING = ("serial", "name", "mac")
"""Claims that tell one device from another; all others tell a product."""
_SHORT, _DIGITS = 3, 5
_WORD = re.compile(r"\w+")
_PARTS = re.compile(r"(?:^|[,+])\s*[A-Za-z]+=((?:\\.|[^,+\\])+)")


class Aliases:
    """What stands for a name: its kind, and ten hexadecimal digits that only the key gives."""

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key, digest_size=32, person=b"tocsin-names").digest()

    def of(self, kind: str, name: str) -> str:
        """ "serial-1f0c…" for a serial number; the same, however it is written, and "" for ""."""
        return f"{kind}-{self.digits(name.casefold(), 5)}" if name else ""

    def digits(self, name: str, size: int) -> str:
        """So many bytes of the keyed hash of a text, hexadecimal."""
        return blake2b(name.encode("utf-8", "replace"), key=self._key, digest_size=size).hexdigest()

    def identity(self, identity: str) -> str:
        """The identity of another device of the same sort ("serial:…")."""
        sort, colon, _ = identity.partition(":")
        return f"{sort if colon else 'device'}:{self.digits(identity, 8)}"

    def finding(self, finding: str) -> str:
        """The id of a finding, sixteen hexadecimal digits: it is a hash of the device's identity, which could be guessed and tried."""
        return self.digits(f"finding {finding}", 8) if finding else ""


def of_device(device: Device, aliases: Aliases) -> dict[str, str]:
    """The names that a device bears or says; what only repeats its maker and model is none."""
    product = {
        word.casefold() for claim in device.claims if not telling(claim.name) for word in _WORD.findall(claim.value)
    }
    said = chain.from_iterable(_said(named(seen.facts)) for seen in device.observations)
    made = {text: aliases.of("text", text) for text in said if not ordinary(text, product)}
    return made | {name: instead for name, instead in marks(device, aliases).items() if not ordinary(name)}


def ordinary(text: str, product: Collection[str] = ()) -> bool:
    """Whether it is made of everyday words, small numbers and what the product is called: a device called "printer" is not told by that word."""
    everyday = _everyday()
    return all(
        word in everyday or word in product or (word.isdecimal() and len(word) < _DIGITS)
        for word in _WORD.findall(text.casefold())
    )


def marks(device: Device, aliases: Aliases) -> dict[str, str]:
    """What tells the device from others: its identity, its serial numbers and the names that it was given."""
    models = {claim.value for claim in device.claims if claim.name in ("model", "vendor")}
    told = [claim for claim in device.claims if claim.name in ("serial", "name") and claim.value not in models]
    made = {claim.value: aliases.of(claim.name, claim.value) for claim in told}
    own = device.identity.rpartition(":")[2]
    if len(own) > _SHORT and not device.identity.startswith(("mac:", "address:")):
        made.setdefault(own, aliases.of("serial", own))
    made[device.identity] = aliases.identity(device.identity)
    return {name: instead for name, instead in made.items() if name.strip()}


def of_city(report: Report, aliases: Aliases, city: str = "") -> dict[str, str]:
    """The names that the city gave to people, departments, sites and places of its network."""
    scan = report.scan
    several = scan.authorised_by.split(", ") if scan.sites else ()
    people = [*several, scan.authorised_by, *(word.owner for word in _accepted(report))]
    pairs = [
        ("city", city),
        (PERSON, scan.authorised_by),
        (SITE, scan.site),
        *((SITE, one.site) for one in scan.sites),
        (VANTAGE, scan.vantage),
        *((PERSON, one) for one in people),
    ]
    pairs += chain.from_iterable(_of_context(assessment.context) for assessment in report.assessments)
    pairs += chain.from_iterable(_of_waiver(standing.waiver) for standing in report.waivers)
    return {name: aliases.of(kind, name) for kind, name in pairs if name.strip()}


def of_places(report: Report, aliases: Aliases) -> dict[str, str]:
    """What people called their devices, and their own accounts: names that stand wherever they like."""
    names = {
        one.context.name: aliases.of("name", one.context.name) for one in report.assessments if one.context.name.strip()
    }
    users = (finding.account for one in report.assessments for finding in one.findings if is_own(finding.account))
    for account in users:
        entry, _, user = account.partition(": ")
        names |= {part: aliases.of("account", part) for part in (entry, user) if part.strip()}
    return names


def products(report: Report) -> Iterator[str]:
    """The words that tell products, versions and facts, which are nobody's."""
    for assessment in report.assessments:
        for claim in assessment.device.claims:
            if claim.name not in _TELLING:
                yield claim.value
                yield from claim.value.split()
        for seen in assessment.device.observations:
            yield from seen.facts
        for finding in assessment.findings:
            if finding.account and not is_own(finding.account):
                yield finding.account.partition(": ")[2]


def is_own(account: str) -> bool:
    """Whether an account that opened a device is of the city's own list and not of the catalogue of documented ones."""
    return bool(account) and account.partition(": ")[0] not in _documented()


@cache
def _documented() -> frozenset[str]:
    """The entries of the catalogue, and the communities that are tried on everything."""
    return frozenset(("snmp-public", "snmp-private", "ntcip-administrator", *(entry.id for entry in load_catalogue())))


def telling(claim: str) -> bool:
    """Whether a claim of that name tells one device from another."""
    return claim in _TELLING


@cache
def _everyday() -> frozenset[str]:
    """The words that the checks themselves use."""
    texts = chain.from_iterable((each.title, each.remedy, each.manual) for each in load_checks())
    return frozenset(word.casefold() for word in chain(_WORD.findall(" ".join(texts)), KINDS))


def _said(texts: Iterable[str]) -> Iterator[str]:
    """The texts, and the parts of those that are distinguished names."""
    for text in texts:
        yield text
        if "=" in text:
            yield from (part.strip() for part in _PARTS.findall(text) if len(part.strip()) > 2)


def _of_context(context: Context) -> Iterator[tuple[str, str]]:
    yield from ((PERSON, context.owner), (DEPARTMENT, context.department), (SITE, context.site))
    yield from ((VANTAGE, vantage) for vantage in context.vantages)


def _of_waiver(waiver: Waiver) -> Iterator[tuple[str, str]]:
    yield from ((PERSON, waiver.owner), (DEPARTMENT, waiver.department), (SITE, waiver.site))


def _accepted(report: Report) -> Iterator[Acceptance]:
    of_devices = (finding.accepted for one in report.assessments for finding in one.findings)
    return (word for word in chain(of_devices, (finding.accepted for finding in report.fleet)) if word is not None)


def called(context: Context, aliases: Aliases) -> dict[str, str]:
    """The name that the register gives the device."""
    return {context.name: aliases.of("name", context.name)} if context.name.strip() else {}
