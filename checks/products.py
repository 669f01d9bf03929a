"""Whether what a device is called is what a table calls it: names of vendors and of products, compared without what writers differ in."""

import re
from functools import lru_cache

from inventory.model import Device

_LEGAL = re.compile(
    r"\b(?:incorporated|inc|corporation|corp|company|co|limited|ltd|llc|gmbh|mbh|ag|kg|s\.?a|s\.?r\.?l|s\.?p\.?a|b\.?v|oy|ab|as|a/s|plc|pty|technologies|technology)\b\.?",
    re.IGNORECASE,
)
_OTHER = re.compile(r"[\W_]+")


@lru_cache(maxsize=8192)
def plain_vendor(name: str) -> str:
    """The vendor's name in lower case, without its legal form and punctuation: "Mitsubishi Electric Corporation" is "mitsubishielectric"."""
    return _OTHER.sub("", _LEGAL.sub(" ", name)).lower() or _OTHER.sub("", name).lower()


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """A product's name in lower case, without punctuation and spaces: "DS-2CD2042WD-I" is "ds2cd2042wdi"."""
    return _OTHER.sub("", name).lower()


def vendor_of(device: Device) -> str:
    """The device's vendor as the tables are keyed; "" where it is not known."""
    claim = device.claim("vendor")
    return plain_vendor(claim.value) if claim else ""


def names_of(device: Device) -> tuple[str, ...]:
    """Everything the device's product is called: its model, the product of its CPE name, and the operating systems that it names as components."""
    cpe = [claim.value.split(":")[4] for claim in device.claimed("cpe") if claim.value.count(":") > 4]
    named = [claim.value for claim in device.claimed("model")]
    parts = [claim.value.rsplit(" ", 1)[0] for claim in device.claimed("component")]
    return tuple(dict.fromkeys(plain(name) for name in (*named, *cpe, *parts) if plain(name)))


def goes_by(names: tuple[str, ...], pattern: str) -> bool:
    """Whether one of those names is `pattern`, whose final "*" stands for any ending."""
    wanted = plain(pattern)
    return any(name.startswith(wanted) if pattern.endswith("*") else name == wanted for name in names)
