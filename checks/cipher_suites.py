"""The cipher suites of SSL and TLS, and what is weak in each; read from `data/cipher_suites.tsv`.

A suite is named by its code point in hexadecimal: four digits, or six for those of SSL 2.0 ("c02f", "0700c0"). What a class means and how bad it is follows
RFC 9325, section 4: MUST NOT below 112 bits, with NULL, RC4 or EXPORT; SHOULD NOT below 128 bits, with a static key exchange or with finite-field DHE.
"""

import importlib.resources
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from inventory.model import Severity


class Weakness(StrEnum):
    """A class of suites, worst first. One suite may be of several."""

    NULL = "null"
    ANONYMOUS = "anonymous"
    EXPORT = "export"
    RC4 = "rc4"
    DES = "des"
    TRIPLE_DES = "3des"
    MD5 = "md5"
    CBC_SHA1 = "cbc-sha1"
    CBC = "cbc"
    STATIC = "static"
    DHE = "dhe"


SEVERITIES = {
    Weakness.NULL: Severity.CRITICAL,
    Weakness.ANONYMOUS: Severity.CRITICAL,
    Weakness.EXPORT: Severity.CRITICAL,
    Weakness.RC4: Severity.HIGH,
    Weakness.DES: Severity.HIGH,
    Weakness.MD5: Severity.HIGH,
    Weakness.TRIPLE_DES: Severity.MEDIUM,
    Weakness.CBC_SHA1: Severity.LOW,
    Weakness.CBC: Severity.LOW,
    Weakness.STATIC: Severity.LOW,
    Weakness.DHE: Severity.INFO,
}
_EPHEMERAL = ("ECDH", "ECDHEPSK", "DHEPSK", "any", "DH(512)", "DH(1024)", "DH")
_SHORT = ("DES(", "RC2(")
_BLOCK = ("AES(", "Camellia(", "ARIA(", "SEED(", "IDEA(", "3DES(", "DES(", "RC2(", "GOST(")


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite: its code point, name, the first version that has it, and what it is made of, in the words of the data file."""

    code: str
    name: str
    since: str
    exchange: str
    authentication: str
    cipher: str
    mac: str

    @property
    def anonymous(self) -> bool:
        """Whether the server proves nothing: nobody knows whom the key is agreed with."""
        return self.authentication == "None" and self.exchange not in ("DHEPSK", "ECDHEPSK")

    @property
    def forward_secret(self) -> bool:
        """Whether what is recorded today stays secret when the server's key is taken tomorrow."""
        return self.exchange in _EPHEMERAL and not self.anonymous

    @property
    def aead(self) -> bool:
        """Whether encryption and authentication are one."""
        return self.mac == "AEAD"

    @property
    def weaknesses(self) -> frozenset[Weakness]:
        """Every class it is of."""
        return _classes(self)

    @property
    def severity(self) -> Severity | None:
        """That of its worst class; None where nothing is to be said against it."""
        return max((SEVERITIES[weakness] for weakness in self.weaknesses), default=None)


@cache
def _classes(suite: Suite) -> frozenset[Weakness]:
    """Kept, for a device may accept a hundred, and each check asks of each."""
    return frozenset(_weaknesses(suite))


def _weaknesses(suite: Suite) -> Iterable[Weakness]:
    """The classes of a suite, by what it is made of."""
    if suite.cipher == "None":
        yield Weakness.NULL
    if suite.anonymous:
        yield Weakness.ANONYMOUS
    if "EXPORT" in suite.name or "(" in suite.exchange:
        yield Weakness.EXPORT
    if suite.cipher.startswith("RC4("):
        yield Weakness.RC4
    if suite.cipher.startswith(_SHORT):
        yield Weakness.DES
    if suite.cipher.startswith(("3DES(", "IDEA(")):
        yield Weakness.TRIPLE_DES
    if suite.mac in ("MD5", "M1"):
        yield Weakness.MD5
    if suite.cipher.startswith(_BLOCK):
        yield Weakness.CBC_SHA1 if suite.mac == "SHA1" else Weakness.CBC
    if not suite.forward_secret:
        yield Weakness.STATIC
    elif suite.name.startswith("TLS_DHE_"):  # as RFC 9325, section 4.1, words it
        yield Weakness.DHE


@cache
def all_suites() -> dict[str, Suite]:
    """Every suite by its code point."""
    text = importlib.resources.files("checks").joinpath("data/cipher_suites.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {row[0]: Suite(*row) for row in rows}


def suite_name(code: str) -> str:
    """Its name, or the code point where it has none."""
    known = all_suites().get(code)
    return known.name if known else f"0x{code}"
