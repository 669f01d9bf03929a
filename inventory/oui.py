"""Who made a network interface, by the prefix that the IEEE assigned (`inventory/data/oui.txt.gz`, which `inventory.build_oui` builds)."""

import gzip
import re
from bisect import bisect_left
from functools import cache
from importlib import resources

_DIGITS = re.compile(r"[0-9A-F]{12}")
_PREFIX_LENGTHS = (9, 7, 6)  # MA-S and IAB, MA-M, MA-L, in hexadecimal digits: the longest prefix counts


def normal(mac: str) -> str | None:
    """The address as "44:19:b6:01:02:03", however it was written; None where it is no MAC address."""
    digits = _digits(mac)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)).lower() if digits else None


def is_local(mac: str) -> bool:
    """Whether software made the address up or it means a group: it names no maker and no device (IEEE 802, bits 1 and 0 of the first octet)."""
    digits = _digits(mac)
    return not digits or bool(int(digits[:2], 16) & 0b11) or not digits.strip("0")


def vendor_of(mac: str) -> str | None:
    """Whom the IEEE assigned the address's longest known prefix to; None where nobody, in private, or where the address is local."""
    if is_local(mac):
        return None
    digits, lines = _digits(mac), _lines()
    for length in _PREFIX_LENGTHS:
        prefix = digits[:length] + " "
        at = bisect_left(lines, prefix)
        if at < len(lines) and lines[at].startswith(prefix):
            return lines[at][length + 1 :]
    return None


def _digits(mac: str) -> str:
    """The twelve hexadecimal digits, in capitals; "" where there are not twelve."""
    digits = re.sub(r"[:.\s-]", "", mac).upper()
    return digits if _DIGITS.fullmatch(digits) else ""


@cache
def _lines() -> list[str]:
    """ "001A2B Some Maker", sorted; lines that begin with "#" (the source and the date) sort before all digits."""
    packed = resources.files("inventory").joinpath("data", "oui.txt.gz").read_bytes()
    return gzip.decompress(packed).decode("utf-8").splitlines()
