"""Whether what a device is called is what a table calls it: names of vendors and of products, compared without what writers differ in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from checks.makers import Maker, load_makers
from inventory.model import Device

_LEGAL = re.compile(
    r"\b(?:incorporated|inc|corporation|corp|company|co|limited|ltd|llc|gmbh|mbh|ag|kg|s\.?a|s\.?r\.?l|s\.?p\.?a|b\.?v|oy|ab|as|a/s|plc|pty|technologies|technology)\b\.?",
    re.IGNORECASE,
)
_OTHER = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"\([^()]{0,80}\)")
_ORDER_NUMBER = re.compile(r"\b\d[A-Z]{2}\d ?\d{3}-\w{5}(?:-\w{4})?\b")
"""Siemens' MLFB: "6GK5204-2BB10-2AA3", "6AG1 315-2EH14-2AY0"."""
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_LONGEST = 120
"""How much of a name is looked at: no maker writes a longer one, and a device may send any."""
_MOST_NAMES = 64
"""How many names of one device are looked up: what has more is making them up, and each is compared with the others."""


@lru_cache(maxsize=8192)
def plain_vendor(name: str) -> str:
    """The vendor as tables are keyed: its name in lower case, without legal form, brackets and punctuation, by the name that `data/makers.toml` gives it.

    "Mitsubishi Electric Corporation" is "mitsubishielectric", "General Electric (GE)" is "ge".
    """
    short = _plain_vendor(name)
    return _spellings().get(short, short)


def vendor_of(device: Device) -> str:
    """The device's vendor as the tables are keyed; "" where it is not known."""
    claim = device.claim("vendor")
    return plain_vendor(claim.value) if claim else ""


def looked_up(vendor: str) -> tuple[str, ...]:
    """Under which vendors advisories for that vendor's devices stand: its own name first. All as `plain_vendor` gives them."""
    maker = maker_of(vendor)
    return (vendor, *(plain_vendor(other) for other in maker.under)) if maker else (vendor,)


def maker_of(vendor: str) -> Maker | None:
    """The entry of the list of makers for a vendor, as `plain_vendor` gives it."""
    return _by_name().get(vendor)


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """A product's name in lower case, without punctuation and spaces: "DS-2CD2042WD-I" is "ds2cd2042wdi"."""
    return _OTHER.sub("", name).lower()


def spelt(name: str) -> str:
    """A product's name in lower case, its words parted by one space: "DS-2CD2042WD-I" is "ds 2cd2042wd i"."""
    return _OTHER.sub(" ", name).strip().lower()


def stated_names(device: Device) -> tuple[str, ...]:
    """What the device itself is called, as stated: its models and the products of its CPE names."""
    models = [claim.value for claim in device.claimed("model")]
    cpe = [claim.value.split(":")[4] for claim in device.claimed("cpe") if claim.value.count(":") > 4]
    named = dict.fromkeys(name[:_LONGEST] for name in (*models, *cpe) if plain(name[:_LONGEST]))
    return tuple(named)[:_MOST_NAMES]


def order_numbers(device: Device) -> tuple[str, ...]:
    """The order numbers that the device states as its hardware or model, plain: "6ES7 315-2EH14-0AB0" is "6es73152eh140ab0"."""
    stated = [claim.value for claim in (*device.claimed("hardware"), *device.claimed("model"))]
    return tuple(dict.fromkeys(order for text in stated for order in orders_in(text)))


def orders_in(text: str) -> tuple[str, ...]:
    """The order numbers that stand in a text, plain."""
    return tuple(plain(found) for found in _ORDER_NUMBER.findall(text[:_LONGEST].upper()))


def family_names(device: Device) -> tuple[str, ...]:
    """What the families are called that its stated names and order numbers belong to, as advisories write them."""
    maker = maker_of(vendor_of(device))
    return tuple(dict.fromkeys(_families(maker, (*stated_names(device), *order_numbers(device))))) if maker else ()


def _families(maker: Maker, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for family in maker.families:
            yield from family.names_for(plain(name), name)


def _plain_vendor(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name[:_LONGEST].translate(_TWO_LETTERS)).encode("ascii", "ignore")
    readable = ascii_only.decode() or name[:_LONGEST]
    short = _BRACKETS.sub(" ", readable).partition(",")[0]
    return _OTHER.sub("", _LEGAL.sub(" ", short)).lower() or _OTHER.sub("", readable).lower()


@cache
def _spellings() -> Mapping[str, str]:
    return {_plain_vendor(other): _plain_vendor(maker.name) for maker in load_makers() for other in maker.also}


@cache
def _by_name() -> Mapping[str, Maker]:
    return {_plain_vendor(maker.name): maker for maker in load_makers()}
