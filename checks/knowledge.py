"""The rows of the intelligence: what each table holds, as it stands in a bundle.

Days are `datetime.date`, ISO 8601 in the file. Every row that somebody stated names its source. The bounds are many times what is known of anything: they keep
a file that somebody else has made from costing more than it is worth.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from msgspec import Meta

Name = Annotated[str, Meta(max_length=400)]
"""What a row calls a maker, a product or a version."""
Text = Annotated[str, Meta(max_length=2000)]
"""What a row says in words."""
Score = Annotated[float, Meta(ge=0, le=10)]
"""A base score of CVSS."""
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
Names = Annotated[tuple[Name, ...], Meta(max_length=5000)]


@dataclass(frozen=True, slots=True)
class Component:
    """A third-party component: its name in lower case, and the day of each release by version.

    A day may be a month or a year ("2012-02", "2012") where no more is known of it, and is "" where only the release itself is known.
    """

    name: Name
    source: Text
    versions: Annotated[dict[Name, Name], Meta(max_length=50_000)]


def first_day(text: str) -> date:
    """The first day of which "2005-02-23", "2005-02" or "2005" may speak; raises ValueError."""
    return date.fromisoformat(f"{text}-01-01"[:10])


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a product's firmware; `day` is None where only the version is known."""

    version: Name
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product, or a family that shares its firmware, and every release known of it, oldest first.

    `names` are model names, or the operating system's where many models share it ("RouterOS"), compared as `checks.products.plain` writes them. `hardware` is
    the hardware version that the releases are for, where the maker keeps them apart, and `scheme` the name of a `checks.scheme` where it is not the vendor's.
    """

    vendor: Name
    names: Names
    releases: Annotated[tuple[Release, ...], Meta(max_length=5000)]
    source: Text
    as_of: date
    hardware: Name = ""
    scheme: Name = ""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a maker has declared of a family's life; None is what it has not.

    `names` are model names, a final "*" standing for any ending. `branch` is the beginning of the versions that are meant ("6.0"), where only a branch of the
    firmware ends and the device lives on; "" for the device itself.
    """

    vendor: Name
    names: Names
    source: Text
    checked: date
    branch: Name = ""
    end_of_sale: date | None = None
    end_of_support: date | None = None
    last_firmware: Name = ""
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Exploited:
    """A row of CISA's catalogue of known exploited vulnerabilities: since when, and by when federal agencies must have it mended."""

    cve: Name
    vendor: Name
    product: Name
    title: Text
    added: date
    due: date
    ransomware: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """SSVC's decision points of a vulnerability, in lower case: exploitation none, poc or active; automatable yes or no; impact partial or total.

    `cvss` is the highest base score, None where there is none, `vector` the CVSS vector that has it, and `weaknesses` are CWE ids ("CWE-78").
    """

    exploitation: Name
    automatable: Name
    impact: Name
    cvss: Score | None = None
    vector: Name = ""
    weaknesses: Names = ()


@dataclass(frozen=True, slots=True)
class Advisory:
    """A product that an advisory names: `affected` is its versions in the advisory's own words (`checks.ranges` reads them), "" where it names none.

    `services` are the protocols through which it is reached, where the advisory says so; () is any.
    """

    id: Name
    vendor: Name
    product: Name
    affected: Text
    cves: Names
    published: date
    cvss: Score | None = None
    services: Names = ()
    source: Text = ""


@dataclass(frozen=True, slots=True)
class Epss:
    """The probability that a vulnerability is exploited within 30 days, and the share of all that are less probable; both in [0, 1]."""

    probability: Share
    percentile: Share


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part of a table comes from: the source's word ("kev"), the day up to which it knows, the number of its rows, where it was had, and its licence.

    `sha256` and `size` (in bytes) are those of the part's text in the bundle.
    """

    name: Name
    table: Name
    as_of: date
    rows: Count
    where: Text
    licence: Text = ""
    sha256: Name = ""
    size: Count = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle is: its schema, the day it was made, and the parts of its tables by where they come from."""

    schema: Name
    made: date
    origins: Annotated[tuple[Origin, ...], Meta(max_length=1000)] = ()


TABLES: dict[str, Any] = {
    "components": list[Component],
    "firmware": list[Product],
    "lifecycle": list[Lifecycle],
    "exploited": list[Exploited],
    "points": dict[str, Points],
    "advisories": list[Advisory],
    "epss": dict[str, Epss],
}
"""The tables of a bundle, and what each is decoded to."""
