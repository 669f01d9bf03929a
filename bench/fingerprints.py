"""What the catalogue holds and how long it takes: `python bench/fingerprints.py` counts it by fact and kind, loads it and reads 10,000 different banners."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from inventory.model import KINDS, Endpoint, Observation
from inventory.oui import vendor_of
from scanner.fingerprint import Fingerprint, fingerprint, load_fingerprints

BANNERS = 10_000
_OWN_FAMILY = frozenset(("http", "rtsp", "tls", "ssh", "snmp"))
"""Protocols of which each fact is a family of its own; of the others a family is the whole protocol."""


def main() -> None:
    """Print the tables, then the times."""
    start = time.perf_counter()
    vendor_of("44:19:b6:00:00:00")
    prefixes = time.perf_counter() - start
    start = time.perf_counter()
    entries = load_fingerprints()
    loading = time.perf_counter() - start
    for line in (*tables(entries), ""):
        print(line)
    print(f"prefixes loaded in {1000 * prefixes:.1f} ms")
    print(f"{len(entries)} fingerprints loaded in {1000 * loading:.1f} ms")
    seen = banners(entries)
    start = time.perf_counter()
    claims = fingerprint(seen, None)
    print(f"{BANNERS} banners read in {1000 * (time.perf_counter() - start):.0f} ms: {len(claims)} claims")


def tables(entries: Iterable[Fingerprint]) -> Iterable[str]:
    """Entries and vendors by family of facts, entries by kind, and what else they claim."""
    by_family: dict[str, list[Fingerprint]] = {}
    for entry in entries:
        by_family.setdefault(family(entry.fact), []).append(entry)
    yield f"{'fact':<24}{'entries':>8}{'vendors':>8}{'dull':>6}"
    for name, members in sorted(by_family.items(), key=lambda item: (-len(item[1]), item[0])):
        vendors = {entry.claims["vendor"] for entry in members if "vendor" in entry.claims}
        yield f"{name:<24}{len(members):>8}{len(vendors):>8}{sum(entry.means_nothing for entry in members):>6}"
    everyone = [entry for members in by_family.values() for entry in members]
    yield from ("", *columns("kind", dict.fromkeys(KINDS, 0) | kinds(everyone)))
    yield from ("", *columns("claim", Counter(name for entry in everyone for name in entry.claims)))


def kinds(entries: Iterable[Fingerprint]) -> Counter[str]:
    """How many entries claim each kind."""
    return Counter(entry.claims["kind"] for entry in entries if "kind" in entry.claims)


def columns(head: str, counts: Mapping[str, int]) -> Iterable[str]:
    """A table of two columns, the most first."""
    yield f"{head:<24}{'entries':>8}"
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{name:<24}{count:>8}"


def family(fact: str) -> str:
    """What a fact is counted under."""
    protocol = fact.partition(".")[0]
    return fact if protocol in _OWN_FAMILY else protocol


def banners(entries: Iterable[Fingerprint]) -> list[Observation]:
    """The examples over and over, each a little different."""
    texts = [(entry.fact, example.text) for entry in entries for example in entry.examples]
    return [
        Observation(Endpoint("192.0.2.1", 80), "http", {fact: f"{text} {number}"}, b"", datetime.now(UTC))
        for number in range(BANNERS)
        for fact, text in (texts[number % len(texts)],)
    ]


if __name__ == "__main__":
    main()
