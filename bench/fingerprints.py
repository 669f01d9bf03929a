"""How long the catalogue takes: `python bench/fingerprints.py` loads it and reads 10,000 different banners."""

import time
from datetime import UTC, datetime

from inventory.model import Endpoint, Observation
from inventory.oui import vendor_of
from scanner.fingerprint import fingerprint, load_fingerprints

BANNERS = 10_000


def main() -> None:
    start = time.perf_counter()
    vendor_of("44:19:b6:00:00:00")
    print(f"prefixes loaded in {1000 * (time.perf_counter() - start):.1f} ms")
    start = time.perf_counter()
    entries = load_fingerprints()
    print(f"{len(entries)} fingerprints loaded in {1000 * (time.perf_counter() - start):.1f} ms")
    texts = [(entry.fact, example.text) for entry in entries for example in entry.examples]
    seen = [
        Observation(Endpoint("192.0.2.1", 80), "http", {fact: f"{text} {number}"}, b"", datetime.now(UTC))
        for number in range(BANNERS)
        for fact, text in (texts[number % len(texts)],)
    ]
    start = time.perf_counter()
    claims = fingerprint(seen, None)
    print(f"{BANNERS} banners read in {1000 * (time.perf_counter() - start):.0f} ms: {len(claims)} claims")


if __name__ == "__main__":
    main()
