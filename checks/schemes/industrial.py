"""Makers of control systems, where they differ from the rest: Schneider's "SV2.80" is "V2.80", Mitsubishi counts by the serial number."""

import re

from checks.scheme import Reading, scheme
from checks.schemes.dotted import dotted

_SCHNEIDER = re.compile(r"s(?=v\s?\d)", re.IGNORECASE)
_ONE_DECIMAL = re.compile(r"^[vV]?\s?\d{1,3}\.\d(?![\d.])")
_SERIAL = re.compile(r"[\"']?\d{5,16}[\"']?")


@scheme(
    "schneider",
    vendors=("schneider", "schneiderelectric"),
    source="CISA ICSA-23-201-01: SV4.10 of Modicon M580, before it V; ICSA-17-054-03: M340 before 2.9, which counts 2.60, 2.70, 2.80",
)
def schneider(text: str) -> Reading | None:
    """The S of SV (software version) says nothing. The second of two numbers is a decimal fraction: 2.9 comes after 2.80, and is 2.90."""
    match = _SCHNEIDER.match(text)
    text = text[match.end() :] if match else text
    return dotted.read(_ONE_DECIMAL.sub(r"\g<0>0", text))


@scheme(
    "mitsubishi",
    vendors=("mitsubishi", "mitsubishielectric"),
    source="CISA ICSA-20-245-01: the first five digits of the serial number",
)
def mitsubishi(text: str) -> Reading | None:
    """Five digits and more are of a serial number, which says nothing of any firmware: it compares with itself alone."""
    return Reading((), (), "serial " + text) if _SERIAL.fullmatch(text) else dotted.read(text)
