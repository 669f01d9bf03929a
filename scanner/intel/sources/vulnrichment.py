"""CISA's vulnrichment (github.com/cisagov/vulnrichment): the decision points of SSVC, and the products of device makers that each vulnerability affects.

Its files are CVE records (cve.org's JSON 5), in which CISA's points stand in a container of their own; a table made of them is read as well.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from checks.knowledge import Advisory, Points
from checks.products import plain_vendor
from scanner.intel.affected import between, joined, names_somebody
from scanner.intel.columns import heads, rows
from scanner.intel.cvss import base_score
from scanner.intel.reading import (
    LONGEST_TEXT,
    Omissions,
    beginning,
    cve,
    day,
    decoded,
    newest,
    piece,
    plain_text,
    score,
)
from scanner.intel.source import HEAD, Batch, UnreadableSource
from scanner.intel.vendors import spelt

NAME = "vulnrichment"
TABLES = ("advisories", "points")
LICENCE = "CC0-1.0"

_COLUMNS = ("cve", "published", "vendor", "product", "exploitation", "automatable", "technical_impact", "cvss", "cpe")
_POINTS = {
    "exploitation": {"none", "poc", "active"},
    "automatable": {"yes", "no"},
    "impact": {"partial", "total"},
}
_CPE_FIELDS = 6
"""A CPE name that was cut off is read as long as its version is followed by another field."""
_MOST_VERSIONS = 200
_VECTOR_4 = re.compile(r"CVSS:4\.0/AV:[A-Z][A-Za-z:/]{40,160}")
_WEAKNESS = re.compile(r"CWE-\d{1,5}")

_NO_DEVICES = frozenset(
    (
        "adobe",
        "amd",
        "apache",
        "apple",
        "arm",
        "broadcom",
        "canonical",
        "debian",
        "devolutions",
        "fedoraproject",
        "freebsd",
        "google",
        "ibm",
        "imaginationtech",
        "intel",
        "ivanti",
        "linux",
        "linuxfoundation",
        "mediatek",
        "microsoft",
        "mozilla",
        "netapp",
        "netbsd",
        "nvidia",
        "openbsd",
        "opensuse",
        "oracle",
        "qualcomm",
        "redhat",
        "samsungmobile",
        "sgi",
        "solidigm",
        "sun",
        "suse",
        "unisoc",
        "vmware",
        "wordpress",
        "xen",
    )
)
"""Makers of desktops, servers, telephones, chips and operating systems: what is known of those says nothing of a device's firmware."""


@dataclass(frozen=True, slots=True)
class _Rated:
    """A base score and the vector that has it."""

    score: float | None
    vector: str = ""


@dataclass(frozen=True, slots=True)
class _Affected:
    """A product as a record names it: `part` is the letter of its CPE name ("o", "h", "a"), "" where it has none."""

    vendor: str
    product: str
    versions: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class _Record:
    cve: str
    published: date | None
    points: Points | None
    affected: tuple[_Affected, ...]
    cvss: float | None


class _Version(msgspec.Struct, rename="camel"):
    version: str = ""
    status: str = "affected"
    less_than: str = ""
    less_than_or_equal: str = ""


class _Listed(msgspec.Struct, rename="camel"):
    vendor: str = ""
    product: str = ""
    default_status: str = "unknown"
    versions: list[_Version] = []
    cpes: list[str] = []


class _Metric(msgspec.Struct, rename={"v30": "cvssV3_0", "v31": "cvssV3_1", "v40": "cvssV4_0", "other": "other"}):
    v30: msgspec.Raw = msgspec.Raw()
    v31: msgspec.Raw = msgspec.Raw()
    v40: msgspec.Raw = msgspec.Raw()
    other: msgspec.Raw = msgspec.Raw()


class _Cvss(msgspec.Struct, rename="camel"):
    base_score: float | int
    vector_string: str = ""


class _Ssvc(msgspec.Struct):
    options: list[dict[str, str]] = []


class _Other(msgspec.Struct):
    type: str
    content: msgspec.Raw = msgspec.Raw()


class _Described(msgspec.Struct, rename="camel"):
    cwe_id: str = ""


class _Problem(msgspec.Struct):
    descriptions: list[_Described] = []


class _Container(msgspec.Struct, rename="camel"):
    title: str = ""
    affected: list[_Listed] = []
    problem_types: msgspec.Raw = msgspec.Raw()
    metrics: list[_Metric] = []


class _Containers(msgspec.Struct):
    cna: _Container
    adp: list[_Container] = []


class _Metadata(msgspec.Struct, rename="camel"):
    cve_id: str
    date_published: str = ""
    date_updated: str = ""
    state: str = ""


class _Cve(msgspec.Struct, rename="camel"):
    data_type: str
    cve_metadata: _Metadata
    containers: _Containers


def recognises(name: str, head: bytes) -> bool:
    """By what every CVE record says of itself, or by the columns of the table."""
    return (beginning(head).startswith(b"{") and b'"CVE_RECORD"' in head) or heads(head, _COLUMNS)


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """The points of every vulnerability, and the devices that each affects, as of the newest of them.

    A file that cannot be read is left out and counted, unless none can.
    """
    omitted = Omissions()
    records: list[_Record] = []
    unreadable: list[UnreadableSource] = []
    for name, content in files:
        try:
            records += (_table if heads(content[:HEAD], _COLUMNS) else _record)(name, content, omitted)
        except UnreadableSource as error:
            unreadable.append(error)
            omitted.leave("a file that is no CVE record", str(error))
    if unreadable and not records:
        raise unreadable[0]
    if not files:
        return []
    as_of = newest((record.published for record in records), files[0][0])
    points = {record.cve: record.points for record in sorted(records, key=lambda each: each.cve) if record.points}
    advisories = joined(_advisories(records))
    return [
        Batch(NAME, "advisories", advisories, as_of, len(advisories), LICENCE),
        Batch(NAME, "points", points, as_of, len(points), LICENCE, omitted.notes()),
    ]


def _advisories(records: list[_Record]) -> Iterator[Advisory]:
    """Of makers of whose hardware or operating systems any record speaks: what else is written by whom never wrote a device is a program for a server."""
    makers = {plain_vendor(each.vendor) for record in records for each in record.affected if each.part in {"o", "h"}}
    for record in records:
        for each in _devices(record.affected):
            if record.published and plain_vendor(each.vendor) in makers:
                yield Advisory(
                    record.cve,
                    each.vendor,
                    each.product,
                    each.versions,
                    (record.cve,),
                    record.published,
                    record.cvss,
                    (),
                    NAME,
                )


def _devices(affected: Iterable[_Affected]) -> list[_Affected]:
    """Without desktops and servers; hardware of any version goes where the firmware of the same name is listed."""
    found = [
        each
        for each in dict.fromkeys(affected)
        if names_somebody(each.vendor, each.product) and plain_vendor(each.vendor) not in _NO_DEVICES
    ]
    stated = {(plain_vendor(each.vendor), each.product.lower()) for each in found if each.part == "o" or each.versions}
    return [
        each
        for each in found
        if each.part == "o" or each.versions or (plain_vendor(each.vendor), each.product.lower()) not in stated
    ]


def _table(name: str, content: bytes, omitted: Omissions) -> Iterator[_Record]:
    for line, fields in rows(name, content, _COLUMNS):
        known, published = cve(fields["cve"]), day(fields["published"])
        if not known:
            omitted.leave("a vulnerability without its id", f"{name}, line {line}")
            continue
        worst = _worst(_rated(part) for part in fields["cvss"].split("|"))
        points = _points(
            {
                "exploitation": fields["exploitation"],
                "automatable": fields["automatable"],
                "impact": fields["technical_impact"],
            },
            worst,
            _weaknesses(fields.get("cwe", "").split("|")),
        )
        if points is None:
            omitted.leave("decision points that are none of SSVC's", f"{name}, line {line}")
        yield _Record(known, published, points, _of_cpes(fields["cpe"].split("|")) or _of_names(fields), worst.score)


def _of_cpes(names: Iterable[str]) -> tuple[_Affected, ...]:
    """The products of CPE 2.3 names (NISTIR 7695, 6.2.3): "cpe:2.3:o:tenda:ax1803_firmware:1.0.0.1:…"."""
    found = []
    for name in names:
        fields = name.replace("\\:", " ").replace("\\", "").split(":")
        if len(fields) > _CPE_FIELDS and fields[:2] == ["cpe", "2.3"]:
            part, vendor, product, version, update = fields[2:7]
            exact = "" if version in {"*", "-"} else version
            if exact and update not in {"*", "-", ""} and len(fields) > _CPE_FIELDS + 1:
                exact = f"{exact} {update}"
            found.append(_Affected(spelt(plain_text(vendor)), _spoken(product), plain_text(exact, LONGEST_TEXT), part))
    return tuple(found)


def _of_names(fields: dict[str, str]) -> tuple[_Affected, ...]:
    """The products that a row names without CPE names, where it names one vendor only: else nobody knows whose is whose."""
    vendors = [plain_text(vendor) for vendor in fields["vendor"].split("|")]
    if len({plain_vendor(vendor) for vendor in vendors}) != 1:
        return ()
    return tuple(_Affected(spelt(vendors[0]), plain_text(product)) for product in fields["product"].split("|"))


def _points(given: dict[str, str], worst: _Rated, weaknesses: tuple[str, ...]) -> Points | None:
    lower = {key: value.strip().lower() for key, value in given.items()}
    if any(lower.get(key) not in values for key, values in _POINTS.items()):
        return None
    return Points(lower["exploitation"], lower["automatable"], lower["impact"], worst.score, worst.vector, weaknesses)


def _worst(rated: Iterable[_Rated]) -> _Rated:
    """The highest score with its vector; of equals the one with a vector."""
    known = (one for one in rated if one.score is not None)
    return max(known, key=lambda one: (one.score, one.vector), default=_Rated(None))


def _rated(text: str) -> _Rated:
    """ "CVSS:3.1/AV:N/…=9.8"."""
    vector, _, number = text.rpartition("=")
    try:
        return _scored(vector, float(number[:20]))
    except ValueError:
        return _Rated(None)


def _scored(vector: str, stated: object) -> _Rated:
    """A vector of CVSS 3 counts before the number beside it: some makers print the temporal score there, and call it the base score."""
    own = base_score(vector)
    whole = own is not None or _VECTOR_4.fullmatch(vector)
    return _Rated(score(stated) if own is None else own, vector if whole else "")


def _weaknesses(names: Iterable[str]) -> tuple[str, ...]:
    """The CWE ids among the names, each once, in order."""
    return tuple(dict.fromkeys(name for name in names if _WEAKNESS.fullmatch(name)))


def _record(name: str, content: bytes, omitted: Omissions) -> Iterator[_Record]:
    record = decoded(name, content, _Cve)
    known, published = cve(record.cve_metadata.cve_id), day(record.cve_metadata.date_published)
    if record.cve_metadata.state == "REJECTED":
        return
    if not known or published is None:
        raise UnreadableSource(f"{name} does not say in cveMetadata what it is and of when")
    containers = (record.containers.cna, *record.containers.adp)
    metrics = [metric for container in containers for metric in container.metrics]
    worst = _worst(_base(raw) for metric in metrics for raw in (metric.v30, metric.v31, metric.v40))
    weaknesses = _weaknesses(name for container in containers for name in _problems(container.problem_types))
    points = next((found for metric in metrics if (found := _ssvc(metric.other, worst, weaknesses))), None)
    if points is None:
        omitted.leave("a record without decision points of SSVC", name)
    listed = [each for container in containers for each in container.affected]
    yield _Record(known, published, points, tuple(_of_listed(listed)), worst.score)


def _of_listed(listed: list[_Listed]) -> Iterator[_Affected]:
    """The products of a container: its own names with its own versions where it has them, else those of its CPE names."""
    for each in listed:
        by_cpe = _of_cpes(each.cpes)
        stated = [_range(version) for version in each.versions[:_MOST_VERSIONS] if version.status == "affected"]
        versions = list(dict.fromkeys(stated)) or ["vers:all/*" if each.default_status == "affected" else ""]
        called = _Affected(spelt(plain_text(each.vendor)), _spoken(each.product), "", by_cpe[0].part if by_cpe else "")
        if by_cpe and (not stated or not names_somebody(called.vendor, called.product)):
            yield from by_cpe
        else:
            yield from (replace(called, versions=version) for version in versions)


def _spoken(product: str) -> str:
    """A product as people call it: "ax1803_firmware" is "ax1803"."""
    return plain_text(product.removesuffix("_firmware").replace("_", " "))


def _range(version: _Version) -> str:
    first = plain_text(version.version, LONGEST_TEXT)
    below, up_to = (plain_text(text, LONGEST_TEXT) for text in (version.less_than, version.less_than_or_equal))
    if below or up_to:
        return between(first, below, up_to)
    return (
        "" if first.lower() in {"", "n/a", "unspecified", "unknown", "-"} else "vers:all/*" if first == "*" else first
    )


def _base(raw: msgspec.Raw) -> _Rated:
    found = piece(raw, _Cvss)
    return _scored(found.vector_string, found.base_score) if found else _Rated(None)


def _problems(raw: msgspec.Raw) -> list[str]:
    return [each.cwe_id for problem in piece(raw, list[_Problem]) or [] for each in problem.descriptions]


def _ssvc(raw: msgspec.Raw, worst: _Rated, weaknesses: tuple[str, ...]) -> Points | None:
    """The options [{"Exploitation": "poc"}, {"Automatable": "no"}, {"Technical Impact": "total"}]."""
    other = piece(raw, _Other)
    content = piece(other.content, _Ssvc) if other and other.type == "ssvc" else None
    given = {key.strip().lower(): value for option in (content or _Ssvc()).options for key, value in option.items()}
    return _points({**given, "impact": given.get("technical impact", "")}, worst, weaknesses)
