"""Tables of camera makers' firmware, made of their public archives: the columns of Hikvision's and of Reolink's, known by their first line.

Of Hikvision's the day is the one on which the archive listed the release. The six digits in a file's name ("Firmware__V5.7.0_221221_S3000473029.zip") are the
build's day for most files and the day of a later repacking for others, so they are believed only where both are the same. Of Reolink's the version itself ends
in the day of the build (`v3.0.0.1388_22100600`), and that is taken, because a build is never later than its own number says.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from checks.knowledge import Product, Release
from scanner.intel.columns import heads, rows
from scanner.intel.reading import LONGEST_VERSION, Omissions, day, newest, plain_text
from scanner.intel.source import HEAD, Batch, count_of

NAME = "cameras"
TABLES = ("firmware",)
LICENCE = "facts"

_HIKVISION = ("model", "hw", "version", "date", "filename", "supported_models")
_REOLINK = ("model", "hw_ver", "version", "vendor_date")
_STAMP = re.compile(r"_(\d{6})(?:_|\.|$)")
_REOLINK_BUILD = re.compile(r"(?:[vV\d._]{0,40}_)?(\d{6})\d{2,4}")
_OPTION = re.compile(r"\((?![A-Z]\d?\))[^()]{0,60}\)")
"""What stands in brackets behind a model: its lens and its market, which share its firmware. One letter, or a letter and a digit, is hardware of its own:
DS-2DE4225IW-DE, (S5), (S6) and (T5) have a branch each. A name that the archive has cut off within brackets is none."""
_MOST_NAMES = 200

_Entry = tuple[frozenset[str], str, Release]
"""The names, the hardware version and the release of a row."""


def recognises(name: str, head: bytes) -> bool:
    """By the columns."""
    return heads(head, _HIKVISION) or heads(head, _REOLINK)


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """The releases of every model; models with the same releases share a row."""
    omitted = Omissions()
    found: list[Product] = []
    for name, content in files:
        hikvision = heads(content[:HEAD], _HIKVISION)
        entries = (_hikvision if hikvision else _reolink)(name, content, omitted)
        as_of = newest((release.day for _, _, release in entries), name)
        found += _products("Hikvision" if hikvision else "Reolink", entries, as_of)
    if not found:
        return []
    as_of = max(each.as_of for each in found)
    return [Batch(NAME, "firmware", found, as_of, count_of("firmware", found), LICENCE, omitted.notes())]


def _hikvision(name: str, content: bytes, omitted: Omissions) -> list[_Entry]:
    entries = []
    for line, fields in rows(name, content, _HIKVISION):
        version, listed = plain_text(fields["version"], LONGEST_VERSION), day(fields["date"])
        names = _models([fields["model"], *fields["supported_models"].split("|")])
        if not version or not names:
            omitted.leave("a release without its model or its version", f"{name}, line {line}")
            continue
        if listed is None:
            omitted.leave("a release without a day that can be", f"{name}, line {line}")
            continue
        hardware = "" if fields["hw"] == "UNKNOWN" else plain_text(fields["hw"])
        built = _built(fields["filename"], version) == listed
        stated = f"V{version} build {listed:%y%m%d}" if built else f"V{version}"
        entries.append((names, hardware, Release(stated, listed)))
    return entries


def _built(filename: str, version: str) -> date | None:
    """The day in a file's name, where the version beside it is the row's."""
    stamp = _STAMP.search(filename[:200])
    return _short(stamp[1]) if stamp and f"V{version}_" in filename else None


def _reolink(name: str, content: bytes, omitted: Omissions) -> list[_Entry]:
    entries = []
    for line, fields in rows(name, content, _REOLINK):
        version, model = plain_text(fields["version"], LONGEST_VERSION), plain_text(fields["model"])
        if not version or not model:
            omitted.leave("a release without its model or its version", f"{name}, line {line}")
            continue
        build = _REOLINK_BUILD.fullmatch(version)
        when = (_short(build[1]) if build else None) or day(fields["vendor_date"])
        if when is None:
            omitted.leave("a release without a day that can be", f"{name}, line {line}")
        called = frozenset({model, model.removeprefix("Reolink ")})
        entries.append((called, plain_text(fields["hw_ver"]), Release(version, when)))
    return entries


def _models(names: Iterable[str]) -> frozenset[str]:
    """Every model of a row, without what stands in brackets for its lens and its market."""
    bare = (_OPTION.sub("", plain_text(name)).strip(" -") for name in list(names)[:_MOST_NAMES])
    return frozenset(name for name in bare if len(name) > 2 and name.count("(") == name.count(")"))


def _short(digits: str) -> date | None:
    return day(f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}")


def _products(vendor: str, entries: Iterable[_Entry], as_of: date) -> list[Product]:
    """First the releases of each name and hardware, then the names of each set of releases."""
    of_name: dict[tuple[str, str], set[Release]] = {}
    for names, hardware, release in entries:
        for name in names:
            of_name.setdefault((name, hardware), set()).add(release)
    shared: dict[tuple[str, frozenset[Release]], set[str]] = {}
    for (name, hardware), releases in of_name.items():
        shared.setdefault((hardware, frozenset(releases)), set()).add(name)
    found = [
        Product(vendor, tuple(sorted(names)), _ordered(releases), f"{NAME}: public release archive", as_of, hardware)
        for (hardware, releases), names in shared.items()
    ]
    return sorted(found, key=lambda product: (product.names, product.hardware))


def _ordered(releases: Iterable[Release]) -> tuple[Release, ...]:
    """Oldest first; a version that is known with its build on that day is not listed without it as well."""
    listed = sorted(releases, key=lambda release: (release.day or date.min, release.version))
    stated = {
        (release.version.partition(" build ")[0], release.day) for release in listed if " build " in release.version
    }
    return tuple(release for release in listed if (release.version, release.day) not in stated)
