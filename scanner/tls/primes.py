"""Well-known Diffie-Hellman primes, by the table `primes.tsv`: whoever has broken one reads along wherever it is used (RFC 9325, section 4.4; Logjam, 2015)."""

import hashlib
import importlib.resources
from functools import cache


@cache
def well_known() -> dict[str, str]:
    """The name of each by the SHA-256 of its bytes, without leading zeros, in hexadecimal."""
    text = importlib.resources.files("scanner.tls").joinpath("primes.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {row[0]: row[2] for row in rows}


def prime_name(prime: int) -> str:
    """Its name where it is well known, else the SHA-256 of its bytes."""
    digest = hashlib.sha256(prime.to_bytes((prime.bit_length() + 7) // 8, "big")).hexdigest()
    return well_known().get(digest, digest)
