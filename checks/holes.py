"""Which published holes a device has: the advisories that name its product, and whether its version lies in the range of which they speak.

True is said only where the product is the one that the advisory names and its version could be compared; what cannot be compared, or is perhaps another
product of the name, is possible and stays so. A component is judged by its own version, whatever the device: what a maker or a distribution has mended
without changing the number cannot be seen, so it is never sure, and nearly worthless where the version is a distribution's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from checks.advisory_shelf import Named, names, shelf, shelves
from checks.components import name_and_version, plain_name
from checks.days import digits
from checks.firmware import distribution_of, firmware_age, older_than
from checks.intelligence import Intelligence
from checks.knowledge import Advisory, Points
from checks.ports import known_ports
from checks.product_patterns import Fit
from checks.products import plain
from checks.range_text import parse
from checks.ranges import affects
from checks.versions import compare
from inventory.ages import FirmwareAge
from inventory.model import Claim, Confidence, Device, Endpoint
from inventory.text import one_line

COMPONENT = "component"
"""The vendor under which advisories of components stand, whose product is the component's name as the release tables have it."""
_LONGEST = 120
_UP_TO = re.compile(r"<\s?([vV]?\d[\w.()-]{0,40})")
_BUILT_BEFORE = re.compile(r"(some )?builds before (\d{6})")
_BUILD = re.compile(r"\bbuild[\s_]?(?:date)?[\s:]{0,3}(?:20)?(\d\d)-?(\d\d)-?(\d\d)\b", re.IGNORECASE)
_FIRMWARE_INDEX, _INDEX = re.compile(r"(?:<=?|>=?|FW)\s*\d\d$"), re.compile(r"\((\d\d)\)$")
"""WAGO counts firmware by an index, "FW14", that stands in brackets after the version: 01.09.21(14)."""
_FIRST_NUMBER = re.compile(r"\D{0,8}?(\d{1,6})")
_HTTP = ("http", "https")
_FORMAT = re.compile(r"\s*vers:[a-z]{2,12}/")


@dataclass(frozen=True, slots=True)
class Hole:
    """An advisory that names the device or a component of it.

    `sure` is True where it is affected, None where it may be, and False where it is not. `rows` are those that decided, `version` the version that was
    compared ("" where none is known) and `what` the product that has it; `mended` is the first version that is not affected, "" where that is not known;
    `doubt` says why it is not sure.
    """

    id: str
    cves: tuple[str, ...]
    rows: tuple[Advisory, ...]
    sure: bool | None
    what: str
    version: str
    confidence: Confidence
    claim: Claim
    vendor: str
    mended: str = ""
    doubt: str = ""

    @property
    def ranges(self) -> str:
        """The versions that are affected, in the advisory's words but for the mark of its format."""
        said = dict.fromkeys(_said(row.affected) for row in self.rows)
        return "; ".join(list(said)[:3]) + (" …" if len(said) > 3 else "")

    @property
    def names_versions(self) -> bool:
        """Whether any of the rows says which versions are affected."""
        return any(row.affected for row in self.rows)

    @property
    def source(self) -> str:
        """Where it is published."""
        return next((row.source for row in self.rows if row.source), self.id)

    def cvss(self, points: Points | None) -> float:
        """The highest base score that the rows or the decision points give; 0 where there is none."""
        given = [row.cvss for row in self.rows] + [points.cvss if points else None]
        return max((score for score in given if score is not None), default=0.0)


def holes(device: Device, intelligence: Intelligence) -> tuple[Hole, ...]:
    """Every advisory that names the device or one of its components, in the order of the intelligence."""
    return (*_of_product(device, intelligence), *_of_components(device, intelligence))


def open_ones(found: Iterable[Hole]) -> list[Hole]:
    """Those of which it is not sure, without what another advisory that names versions has settled."""
    found = list(found)
    settled = {cve for hole in found if hole.sure is not None for cve in hole.cves}
    return [
        hole
        for hole in found
        if hole.sure is None and (hole.names_versions or not hole.cves or not settled.issuperset(hole.cves))
    ]


def looked_through(device: Device, intelligence: Intelligence) -> str:
    """What there was to look through for the device, in a sentence's part; "" where there was nothing."""
    count = sum(len(each.ids) for each in shelves(device, intelligence))
    vendor = device.claim("vendor")
    parts = len(shelf(intelligence, COMPONENT).ids) if device.claimed("component") else 0
    found = ((count, one_line(vendor.value, _LONGEST) if vendor else ""), (parts, "components"))
    return " and ".join(
        f"{number} {'advisory' if number == 1 else 'advisories'} of {whose}" for number, whose in found if number
    )


def known_up_to(intelligence: Intelligence, table: str) -> date:
    """The day up to which all of a table's sources know: that of the oldest."""
    days = [origin.as_of for origin in intelligence.manifest.origins if origin.table == table]
    return min(days, default=intelligence.manifest.made)


def names_closely(device: Device) -> bool:
    """Whether it is known which model the device is."""
    return names(device, "").closely


def reached(device: Device, services: tuple[str, ...]) -> Endpoint | None:
    """Where the device can be reached by one of those services, () being any; None where none of them answers."""
    endpoints = sorted({seen.endpoint for seen in device.observations} | set(device.open_ports))
    if not services:
        return next(iter(endpoints), None)
    spoken = {(seen.endpoint, seen.protocol) for seen in device.observations}
    asked = {*services, *(_HTTP if "http" in services else ())}
    return next(
        (end for end in endpoints if any((end, name) in spoken or _is_port_of(end, name) for name in asked)), None
    )


def _is_port_of(endpoint: Endpoint, service: str) -> bool:
    named = (port.name for port in known_ports() if (port.port, port.transport) == (endpoint.port, endpoint.transport))
    return any(name == service or name.startswith(f"{service}-") for name in named)


def compared_with(version: str) -> str:
    """How a remedy begins: what is to be compared, where the version is known and where it is not."""
    return (
        "Compare the firmware that it runs with" if version else "Find out which firmware it runs and compare it with"
    )


def _of_product(device: Device, intelligence: Intelligence) -> Iterator[Hole]:
    claim = device.claim("firmware")
    version = claim.value[:_LONGEST].strip() if claim else ""
    stated = claim or device.claim("model") or device.claim("vendor")
    if stated is None:
        return
    age = firmware_age(device, intelligence)
    built = age if age.confidence > Confidence.INFERRED else FirmwareAge()
    for each in shelves(device, intelligence):
        found = [named for named in each.naming(names(device, each.vendor)) if _in_branch(named, version)]
        for group in _grouped(found):
            if not _is_outlived(group, built):
                yield _judged(device, group, version, stated, built)


def _is_outlived(group: list[Named], built: FirmwareAge) -> bool:
    """Whether it names no versions and the firmware was built more than a year after it: nothing says that such a firmware has the hole."""
    first = built.not_before
    if first is None or any(named.row.affected for named in group):
        return False
    return all(older_than(named.row.published, 1, first) for named in group)


def _called(device: Device, product: str) -> str:
    """The device's own name, with the advisory's for it where that is another, and not a list of them."""
    model = device.claim("model")
    if model is None or (plain(model.value[:_LONGEST]) in plain(product) and "," not in product):
        return product
    if "," in product:
        return model.value[:_LONGEST]
    return f"{model.value[:_LONGEST]} ({product})"


def _sure_of(device: Device) -> Confidence:
    claims = [device.claim("firmware"), device.claim("vendor"), device.claim("model") or device.claim("cpe")]
    return min((claim.confidence for claim in claims if claim), default=Confidence.INFERRED)


def _in_branch(named: Named, version: str) -> bool:
    branch = named.pattern.branch
    number = _FIRST_NUMBER.match(version)
    return not branch or number is None or int(number[1]) == int(branch)


def _grouped(found: Iterable[Named]) -> Iterator[list[Named]]:
    """The rows of one advisory for the same vulnerabilities; of several fits the best, which alone decides, and of those the ones that name versions."""
    groups: dict[tuple[str, tuple[str, ...]], list[Named]] = {}
    for named in found:
        groups.setdefault((named.row.id, named.row.cves), []).append(named)
    for group in groups.values():
        best = max(named.fit for named in group)
        closest = [named for named in group if named.fit == best]
        yield [named for named in closest if named.row.affected] or closest


def _judged(device: Device, group: list[Named], version: str, claim: Claim, built: FirmwareAge) -> Hole:
    fit = group[0].fit
    by_product: dict[str, list[tuple[Named, bool | None]]] = {}
    for named in group:
        said = None if named.without_range else _affected(named.row.affected, version, named.vendor, built)
        by_product.setdefault(named.row.product, []).append((named, said))
    verdicts = {product: _any([said for _, said in rows]) for product, rows in by_product.items()}
    verdict = _all(list(verdicts.values()))
    sure = None if verdict and fit is Fit.POSSIBLE else verdict
    deciding = [named for rows in by_product.values() for named, said in rows if said is verdict] or group
    rows = tuple(named.row for named in deciding)
    sure_of = _sure_of(device)
    confidence = sure_of if fit is Fit.EXACT else min(sure_of, Confidence.LIKELY)
    return Hole(
        group[0].row.id,
        group[0].row.cves,
        rows,
        sure,
        _called(device, rows[0].product),
        version,
        confidence if sure else Confidence.INFERRED,
        claim,
        group[0].vendor,
        _mended(rows, version, group[0].vendor),
        "" if sure is not None else _doubt(fit, version, deciding),
    )


def _affected(affected: str, version: str, vendor: str, built: FirmwareAge) -> bool | None:
    """As `affects`, and besides by the day of the build, where a maker speaks of nothing else: the version's, or what else is known of it."""
    before = _BUILT_BEFORE.fullmatch(affected)
    if before is not None:
        stated, limit = _BUILD.search(version), digits(before[2])
        day = digits("".join(stated.groups())) if stated else None
        first, last = day or built.not_before, day or built.not_after
        if limit is None or (first is not None and first >= limit):
            return None if limit is None else False
        return True if last is not None and last < limit and not before[1] else None
    if vendor == "wago" and _FIRMWARE_INDEX.search(affected):
        index = _INDEX.search(version)
        return affects(affected, index[1], vendor) if index else None
    return affects(affected, version, vendor)


def _any(said: list[bool | None]) -> bool | None:
    """Of several ranges of one product."""
    return True if True in said else None if None in said else False


def _all(said: list[bool | None]) -> bool | None:
    """Of several products, any of which may be the one at hand."""
    return said[0] if len(set(said)) == 1 else None


def _doubt(fit: Fit, version: str, deciding: list[Named]) -> str:
    if not version:
        return "its version is not known"
    if not any(named.row.affected for named in deciding):
        return "no advisory that is known here says which versions are affected"
    if fit is Fit.POSSIBLE:
        return "the advisories name products more closely than the device does, or make a condition"
    affected = _said(deciding[0].row.affected)
    if _BUILT_BEFORE.fullmatch(deciding[0].row.affected) and _BUILD.search(version):
        return f"{one_line(affected, 60)} are affected, and its own is from before that day"
    if affected.startswith("some "):
        return f"only {one_line(affected, 60)} are affected"
    return f"its version {one_line(version, 40)} cannot be compared with {one_line(affected, 60)!r}"


def _said(affected: str) -> str:
    text = one_line(_FORMAT.sub("", affected[:_LONGEST], count=1), _LONGEST)
    return "all versions" if text == "*" else text or "no versions named"


def _mended(rows: tuple[Advisory, ...], version: str, vendor: str) -> str:
    """The first version after the device's that none of the rows affects: of the upper ends of their ranges the least, where they can be compared."""
    ends = dict.fromkeys(end for row in rows for end in _UP_TO.findall(row.affected[:_LONGEST]))
    later = [end for end in ends if not version or compare(end, version, vendor) == 1]
    free = [end for end in later if all(affects(row.affected, end, vendor) is False for row in rows)]
    if version:
        return next((end for end in free if all(compare(end, other, vendor) in (-1, 0) for other in free)), "")
    return newest(free, vendor)


def newest(versions: Iterable[str], vendor: str) -> str:
    """The newest of them; "" where one is not known or two are not comparable."""
    found = ""
    for version in versions:
        order = compare(version, found, vendor) if version and found else None if not version else 1
        if order is None:
            return ""
        found = version if order > 0 else found
    return found


def _of_components(device: Device, intelligence: Intelligence) -> Iterator[Hole]:
    rows = intelligence.advisories.get(COMPONENT, ()) if device.claimed("component") else ()
    for claim in device.claimed("component"):
        named = name_and_version(claim.value[:_LONGEST])
        if named is None:
            continue
        about = [row for row in rows if plain_name(row.product) == plain_name(named[0])]
        groups: dict[tuple[str, tuple[str, ...]], list[Advisory]] = {}
        for row in about:
            groups.setdefault((row.id, row.cves), []).append(row)
        for group in groups.values():
            yield _component_hole(device, claim, named, tuple(group))


def _component_hole(device: Device, claim: Claim, named: tuple[str, str], rows: tuple[Advisory, ...]) -> Hole:
    name, version = named
    said = [affects(row.affected, version, name) for row in rows]
    sure = _any(said)
    deciding = tuple(row for row, verdict in zip(rows, said, strict=True) if verdict is sure) or rows
    packaged = _is_packaged(device, claim)
    doubt = _doubt_of(name, version, rows[0].affected) if sure is None else ""
    if sure and packaged:
        sure, doubt = None, f"{name} {version} is a distribution's, which mends it without changing the number"
    return Hole(
        rows[0].id,
        rows[0].cves,
        deciding,
        sure,
        name,
        version,
        min(claim.confidence, Confidence.LIKELY) if sure else Confidence.INFERRED,
        claim,
        "",
        _mended(deciding, version, name),
        doubt,
    )


def _doubt_of(name: str, version: str, affected: str) -> str:
    said = parse(affected)
    if said is not None and said.conditional:
        return f"{name} {version} is affected under a condition ({one_line(affected, 120)})"
    return f"{name} {version} cannot be compared with {one_line(affected, 60)!r}"


def _is_packaged(device: Device, claim: Claim) -> bool:
    """Whether the component is a distribution's build; the FIPS builds of OpenSSL are, though they name nobody."""
    return "-fips" in claim.value or bool(distribution_of(device, claim))
