"""EPSS, the probability that a vulnerability is exploited (first.org/epss): a CSV whose first line says of which day it is, packed with gzip or not.

Every vulnerability is in it; `scanner.intel.source.narrowed` keeps those of which the rest of the bundle speaks.
"""

import re
import zlib
from collections.abc import Sequence
from datetime import date

from checks.knowledge import Epss
from scanner.intel.columns import rows
from scanner.intel.reading import cve, day
from scanner.intel.source import HEAD, Batch, UnreadableSource

NAME = "epss"
TABLES = ("epss",)
LICENCE = "free to use with attribution to FIRST"

_GZIP = b"\x1f\x8b"
_LARGEST = 256 * 1024 * 1024
_FIRST = re.compile(rb"#model_version:[^\r\n,]{1,40},score_date:([^\r\n,]{10,40})\r?\n")


def recognises(name: str, head: bytes) -> bool:
    """By its first line, packed or not."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, HEAD)
        except zlib.error:
            return "epss" in name.lower()
    return head.startswith(b"#model_version:") or (
        "epss" in name.lower() and name.lower().endswith((".csv", ".csv.gz"))
    )


def read(files: Sequence[tuple[str, bytes]]) -> list[Batch]:
    """One batch of the newest of the files: each day's scores are whole."""
    scores = [_scores(*each) for each in files]
    if not scores:
        return []
    as_of, found = max(scores, key=lambda each: each[0])
    return [Batch(NAME, "epss", found, as_of, len(found), LICENCE)]


def _scores(name: str, content: bytes) -> tuple[date, dict[str, Epss]]:
    text = _unpacked(name, content)
    first = _FIRST.match(text)
    as_of = day(first[1].decode("latin-1")) if first else None
    if first is None or as_of is None:
        raise UnreadableSource(
            f"{name} does not say in its first line of which day its scores are (#model_version:…,score_date:…)"
        )
    found = {}
    for line, fields in rows(name, text[first.end() :], ("cve", "epss", "percentile")):
        known, probability, percentile = cve(fields["cve"]), _share(fields["epss"]), _share(fields["percentile"])
        if not known or probability is None or percentile is None:
            raise UnreadableSource(
                f"{name}, line {line + 1}, is no score: {fields['cve'][:40]!r}, {fields['epss'][:40]!r}"
            )
        found[known] = Epss(probability, percentile)
    if not found:
        raise UnreadableSource(f"{name} holds no score")
    return as_of, found


def _unpacked(name: str, content: bytes) -> bytes:
    if not content.startswith(_GZIP):
        return content
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = unpacking.decompress(content, _LARGEST)
    except zlib.error as error:
        raise UnreadableSource(f"{name} is no gzip file: {error}") from error
    if unpacking.unconsumed_tail:
        raise UnreadableSource(f"{name} is larger than {_LARGEST:,} bytes when it is unpacked")
    if not unpacking.eof:
        raise UnreadableSource(f"{name} was cut off")
    return text


def _share(text: str) -> float | None:
    try:
        value = float(text[:40])
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
