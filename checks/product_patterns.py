"""Which products an advisory means: "NPort 5100 Series" is the 5110, the 5130 and the 5150, and neither the 5110A nor the 5410.

Writers of advisories name one model ("NPort 5110"), a family ("SIMATIC S7-1200 CPU family (incl. SIPLUS variants)"), models with a wildcard ("DS-2CD2xx2F-I
Series"), several models at once ("GX450 and ES450") or a model under a condition ("Stratix 5800 (running Cisco IOS XE …)"). Only a word of theirs that says
"family" or a wildcard opens a name to others: everything else is the very name, because a wrong match is a false alarm.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from checks.products import maker_of, orders_in, spelt

_LONGEST = 260
_BRACKETS = re.compile(r"\(([^()]{0,160})(?:\)|$)")
_PART_NUMBERS = re.compile(r"\(part numbers? ([\w*-]{4,40})\)", re.IGNORECASE)
_HARMLESS = re.compile(r"part number|incl|discontinued|former|previously|all versions|end of life|eol|$", re.IGNORECASE)
_BRANCH = re.compile(r"\s+V(\d{1,3})\.[Xx]$")
_WITH_FIRMWARE = re.compile(
    r"(?:\s+(?:running|with)(?:\s+[a-z]{2,12})?)?\s+(?:all )?(?:firmware|software)(?:\s+versions?)?$", re.IGNORECASE
)
_CONDITION = re.compile(
    r",?\s+(?:[<>]=?|version\b|running\b|with\b|w\.|when\b|installed\b|only\b|hardware\b|hw\b|rev\b|[vV]\d|series [a-z]\b|"
    r"all series\b|except|excluding|using\b|sold\b|for\b|if\b|manufactured\b|and below\b|in\b|on\b|from\b|redundan|serial\b).*$",
    re.IGNORECASE,
)
_MANY = frozenset(
    "series family families line controllers switches cpus devices cameras routers gateways products modules firewalls".split()  # noqa: SIM905 - a list of words is read more easily so
)
_ONE = frozenset("firmware controller controler switch device router camera gateway module fw plc".split())  # noqa: SIM905 - as above
_DESCRIPTIONS = _MANY | _ONE
_SEPARATORS = re.compile(r"\s*[,;|]\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s+/\s+|/\s+")
_MODEL = re.compile(r"(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[\w-]{3,40}")
_WILDCARD = re.compile(r"(?<=[\dA-Z])x+|(?<=[-/])x{2,}|\*+|\[\]|□|(?<=[\dA-Z])XX+(?![A-Za-z])")
_ANY_LETTERS = re.compile(r"\bIPC-HX(?=\d)")
"""Dahua's for all its housings: IPC-HFW, IPC-HDW, IPC-HDBW."""
_MARK, _LETTERS = "q\u00b5q", "q\u00aaq"
"""What stands for a wildcard while a name is taken apart: letters that no name has."""
_ANY = "[a-z0-9]"
_FEWEST = 3
"""How many letters and digits a name with a wildcard must say of itself."""
_MOST_OPEN = 4
"""How many words of a name may each stand for texts of different lengths: every one multiplies the ways in which a name can be tried. Makers write two."""
_LIKE_A_MODEL = re.compile(r"[A-Z]{2,8}[A-Z\d/-]{0,40}\d[A-Z\d/-]{0,40}(?:,|, and)?")
_ROUND = re.compile(r"([a-z]{0,8})(\d{1,3}?)(0{2,3})([a-z]{0,4})")


class Fit(IntEnum):
    """How well a device goes by a product's name: perhaps (the advisory names less, or makes a condition), as one of a family, or exactly."""

    POSSIBLE = 0
    FAMILY = 1
    EXACT = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """A product's name as an advisory writes it: the names that it says (`cores`, plain; `words`, spelt), the names that it covers (`family`), its order
    numbers, whether it makes a condition, the branch of the firmware ("5" of "V5.X") that it is limited to, and the `whole` of it without brackets, plain: what
    looks like a condition may be part of a name ("CP 1242-7 V2").
    """

    cores: tuple[str, ...]
    words: tuple[str, ...]
    family: tuple[re.Pattern[str], ...] = ()
    orders: tuple[str, ...] = ()
    conditional: bool = False
    branch: str = ""
    whole: str = ""


def stripped(name: str, vendor: str) -> str:
    """The name as spelt, without the maker's name and the brands before it: "Allen-Bradley Stratix 5700" is "stratix 5700"."""
    words = spelt(name[:_LONGEST])
    leading = _leading(vendor)
    for _ in range(3):
        brand = next(
            (brand for brand in leading if words.startswith(f"{brand} ") and len(words) > len(brand) + 3), None
        )
        if brand is None:
            break
        words = words[len(brand) + 1 :]
    return words


@lru_cache(maxsize=65536)
def pattern(product: str, vendor: str, *, listed: bool = False) -> Pattern:
    """Read a product's name; `vendor` is as `plain_vendor` gives it. With `listed` every "and" parts two products, digits or none."""
    text = product.replace("\N{NO-BREAK SPACE}", " ").strip()[:_LONGEST]
    orders = orders_in(text)
    conditional = any(not _HARMLESS.match(inside.strip()) for inside in _BRACKETS.findall(_without_orders(text)))
    inside = [part for found in _BRACKETS.findall(text) for part in _parts(found) if _MODEL.fullmatch(part)]
    numbers = [found[1] for found in _PART_NUMBERS.finditer(text)]
    text = _BRACKETS.sub(" ", text).strip()
    branch = _BRANCH.search(text)
    text = _WITH_FIRMWARE.sub("", _BRANCH.sub("", text))
    bare = _CONDITION.sub("", text)
    conditional = (conditional and len(inside) < 2) or bare != text
    models = [*_split(bare, listed), *(inside if len(inside) > 1 else ()), *numbers]
    read = [_read(model, vendor) for model in models]
    words = tuple(dict.fromkeys(core for core, _ in read if core))
    return Pattern(
        tuple(core.replace(" ", "") for core in words),
        words,
        tuple(family for _, family in read if family is not None),
        orders,
        conditional,
        branch[1] if branch else "",
        stripped(text, vendor).replace(" ", "") if bare != text else "",
    )


def model_in_range(affected: str) -> str:
    """The model that stands where versions are expected, as some advisories have it ("DH-IPC-HDW1XXX,"); "" where there is none."""
    text = affected.strip()[:_LONGEST]
    return text.rstrip(", and") if len(text) > 4 and _LIKE_A_MODEL.fullmatch(text) else ""


def _without_orders(text: str) -> str:
    return re.sub(r"\(\d[A-Z]{2}\d ?\d{3}-[\w-]{5,10}\)", "", text)


def _parts(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in _SEPARATORS.split(text)) if part]


def _split(text: str, listed: bool) -> list[str]:
    parts = _parts(text)
    words = [word for word in text.split() if word.lower() not in {"and", "or"}]
    if len(words) > 1 and len(parts) <= 2 and all(_MODEL.fullmatch(word) for word in words):
        return words
    if len(parts) > 1 and (listed or all(any(letter.isdigit() for letter in part) for part in parts)):
        return parts
    return [text]


def _read(model: str, vendor: str) -> tuple[str, re.Pattern[str] | None]:
    """The name without the words that only describe it, and what it covers where it is a family's."""
    marked = _WILDCARD.sub(lambda found: _MARK * max(1, found[0].lower().count("x")), model.strip())
    words = stripped(_ANY_LETTERS.sub("IPC-H" + _LETTERS, marked), vendor).split()
    many = False
    while len(words) > 1 and words[-1] in _DESCRIPTIONS:
        many = words.pop() in _MANY or many
    if len(words) > 1 and words[0] == "series":
        words, many = words[1:], True
    core = " ".join(words)
    if core in _DESCRIPTIONS:
        return "", None
    wild = _MARK in core or _LETTERS in core
    opened = len(core.replace(_MARK, "")) >= _FEWEST if wild else many and any(map(str.isdigit, core))
    return ("" if wild else core), _family(words, round_numbers=many) if opened else None


def _family(words: list[str], round_numbers: bool) -> re.Pattern[str] | None:
    while len(words) > 1 and not words[-1].replace(_MARK, ""):
        words = words[:-1]  # "750-82xx/xxx-xxx" is also said of a 750-8202
    read = [_word(word, round_numbers) for word in words]
    if (
        sum(
            is_round or word.endswith(_MARK) or _LETTERS in word
            for word, (_, is_round) in zip(words, read, strict=True)
        )
        > _MOST_OPEN
    ):
        return None
    rest = r"(?: \d{0,2}[a-z]{0,2}){0,3}" if any(is_round for _, is_round in read) else r"(?: .{0,80})?"
    return re.compile(" ?".join(text for text, _ in read) + rest)


def _word(word: str, round_numbers: bool) -> tuple[str, bool]:
    """A word's expression, and whether its number stands for a hundred or a thousand."""
    rounded = re.fullmatch(_ROUND, word) if round_numbers else None
    if rounded:
        letters, digits, zeros, ending = rounded.groups()
        tail = rf"(?: ?\d{{1,2}}p?)? ?{ending}" if ending else ""
        return (f"{letters} ?" if letters else "") + rf"{digits}\d{{{len(zeros)}}}{tail}", True
    open_end = word.endswith(_MARK)
    fixed = (
        re.escape(re.sub(f"(?:{_MARK})+$", "", word) if open_end else word)
        .replace(_MARK, _ANY)
        .replace(_LETTERS, "[a-z]{1,4}")
    )
    return fixed + (f"{_ANY}{{1,8}}" if open_end else ""), False


@lru_cache(maxsize=1024)
def _leading(vendor: str) -> tuple[str, ...]:
    maker = maker_of(vendor)
    names = (maker.name, *maker.brands) if maker else (vendor,)
    found = {words for name in names if (words := spelt(name))}
    return tuple(sorted(found, key=lambda words: (-len(words), words)))
