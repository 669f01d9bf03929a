"""The catalogue of documented default accounts: read, checked, and matched to what a device was identified as.

The files are `data/credentials/*.toml`. An entry names its vendor, and may name models (regular expressions, searched without regard to case) and
kinds; with no models it stands for all that the vendor makes. The examples of an entry are models that its expressions must find, and are its tests.
Each entry names its source. No password ever shows in a representation of these records. An operator's own file has the same form; an entry of it that names
no vendor stands for every device. A `[[without]]` table says of products that their maker documents them to have no default account, and why: of such a
product no account of the vendor at large is tried.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from checks.contract import Account
from inventory.model import KINDS
from inventory.text import one_line

FOLDER = Path(__file__).parent / "data" / "credentials"
PROTOCOLS = frozenset(
    (
        *("http", "telnet", "ssh", "ftp", "snmp", "snmpv3", "rtsp", "onvif", "sip", "mqtt", "vnc", "ipmi"),
        *("redis", "postgresql", "mysql"),
    )
)
"""What an account may be for. An account for "http" is also tried on the web forms of its product."""
_REQUIRED = frozenset(("id", "vendor", "products", "protocol", "accounts", "source"))
_OPTIONAL = frozenset(("kinds", "lock_threshold", "firmware_before", "no_fingerprint", "examples", "seldom"))
_NOT_OWN = frozenset(("vendor", "products"))
"""What an entry of the operator's may leave out."""
GENERIC = "any"
"""The vendor of the few accounts that may be tried on what was not identified, where the operator asks for that."""
OWN_LIMIT = 1_048_576
_TEXT_LIMIT, _ACCOUNT_LIMIT, _ACCOUNTS_LIMIT = 1000, 128, 10
_WITHOUT = frozenset(("vendor", "products", "why", "source"))
_SCHEMES = frozenset(("md5", "sha", "sha224", "sha256", "sha384", "sha512"))

_Tables: TypeAlias = Mapping[str, list[dict[str, Any]]]
"""What a file holds: its tables by kind."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented set of accounts; the first is the likeliest. `lock_threshold` is 0 where the vendor documents none.

    `firmware_before` is the first version that has no default account any more ("5.3.0"), where there is one. `no_fingerprint` says why no fingerprint claims
    this vendor, where none does. What is `seldom` met, a second account or a hidden one, comes after the maker's usual ones.
    """

    id: str
    vendor: str
    products: tuple[re.Pattern[str], ...]
    kinds: tuple[str, ...]
    protocols: tuple[str, ...]
    accounts: tuple[Account, ...]
    lock_threshold: int
    source: str
    firmware_before: str = ""
    no_fingerprint: str = ""
    seldom: bool = False

    def fits(self, vendor: str, model: str, kind: str, firmware: str = "") -> bool:
        """Whether the entry stands for that product; where its firmware is not known, it may."""
        if self.vendor and plain(self.vendor) != plain(vendor):
            return False
        if self.kinds and kind not in self.kinds:
            return False
        if self.firmware_before and firmware and not _numbers(firmware) < _numbers(self.firmware_before):
            return False
        return not self.products or any(product.search(model) for product in self.products)


@dataclass(frozen=True, slots=True)
class Without:
    """Products whose maker documents that they have no default account: set at the first start, one per device, or none at all. `why` says which."""

    vendor: str
    products: tuple[re.Pattern[str], ...]
    why: str
    source: str

    def fits(self, vendor: str, model: str) -> bool:
        """Whether the record stands for that product; with no products, it stands for all of the vendor."""
        if plain(self.vendor) != plain(vendor):
            return False
        return not self.products or any(product.search(model) for product in self.products)


@cache
def load_catalogue() -> tuple[Entry, ...]:
    """The whole catalogue, in the order of its files."""
    return check_catalogue(entry for name, tables in _shipped() for entry in _entries(tables, name, _REQUIRED))


@cache
def load_without() -> tuple[Without, ...]:
    """What is documented to have no default account, in the order of the files."""
    return tuple(record for name, tables in _shipped() for record in _withouts(tables, name))


def read_own(path: Path) -> tuple[Entry, ...]:
    """The operator's own entries; `ValueError` says which entry, and what is wrong with it, without any password."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ValueError(f"{path}: this is no file of accounts but a device or a pipe")
    with path.open("rb") as file:
        content = file.read(OWN_LIMIT + 1)
    if len(content) > OWN_LIMIT:
        raise ValueError(f"{path}: a file of more than {OWN_LIMIT} bytes is no list of accounts")
    try:
        entries = read(content.decode("utf-8-sig"), str(path), own=True)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path} line {line}: this is not UTF-8 text") from None
    try:
        return check_catalogue(entries)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def read(text: str, name: str, *, own: bool = False) -> tuple[Entry, ...]:
    """Read one file; `ValueError` names the file, the entry and what is wrong with it. In an operator's `own` file an entry needs no vendor and no products."""
    return tuple(_entries(_tables(text, name), name, _REQUIRED - _NOT_OWN if own else _REQUIRED))


def read_without(text: str, name: str) -> tuple[Without, ...]:
    """Read what one file says of products without a default account; `ValueError` as in `read`."""
    return tuple(_withouts(_tables(text, name), name))


def check_catalogue(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries; `ValueError` names an id, or an account of the same products, that stands there twice."""
    kept = tuple(entries)
    ids: set[str] = set()
    seen: dict[tuple[object, ...], str] = {}
    for entry in kept:
        if entry.id in ids:
            raise ValueError(f"entry {entry.id!r} stands in the catalogue twice")
        ids.add(entry.id)
        patterns = tuple(product.pattern for product in entry.products)
        for protocol in entry.protocols:
            for account in entry.accounts:
                key = (plain(entry.vendor), patterns, entry.kinds, protocol, account.user, account.password)
                if key in seen:
                    raise ValueError(f"entry {entry.id!r}: account {account.user!r} already stands in {seen[key]!r}")
                seen[key] = entry.id
    return kept


@cache
def _shipped() -> tuple[tuple[str, _Tables], ...]:
    """The files that are shipped, each read once."""
    paths = sorted(FOLDER.glob("*.toml"))
    return tuple((path.name, _tables(path.read_text(encoding="utf-8"), path.name)) for path in paths)


def _entries(tables: _Tables, name: str, needed: frozenset[str]) -> Iterator[Entry]:
    for number, raw in enumerate(tables["entry"], 1):
        yield _entry(raw, f"{name}: entry {_called(raw.get('id'), number)}", needed)


def _withouts(tables: _Tables, name: str) -> Iterator[Without]:
    for number, raw in enumerate(tables["without"], 1):
        yield _without(raw, f"{name}: without {_called(raw.get('vendor'), number)}")


def _called(value: object, number: int) -> str:
    """What a table is called in a complaint: by its own name if that is a text, else by its number; nothing else of an operator's file is shown."""
    return repr(one_line(value, 80)) if isinstance(value, str) else repr(str(number))


def _tables(text: str, name: str) -> _Tables:
    """The tables of a file, by kind."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: {error}") from None
    lists = all(isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in tables.values())
    if not tables or not lists or not set(tables) <= {"entry", "without"}:
        found = ", ".join(one_line(key, 40) for key in sorted(tables)) or "nothing"
        raise ValueError(f"{name}: only [[entry]] and [[without]] tables may stand here, found {found}")
    return {"entry": [], "without": [], **tables}


def _without(raw: Mapping[str, Any], where: str) -> Without:
    if set(raw) != _WITHOUT:
        raise ValueError(f"{where}: it has {', '.join(sorted(_WITHOUT))} and nothing else")
    vendor, why, source = (_text(raw, key, where) for key in ("vendor", "why", "source"))
    return Without(vendor, tuple(_pattern(text, where) for text in _words(raw["products"], where)), why, source)


def _entry(raw: Mapping[str, Any], where: str, needed: frozenset[str]) -> Entry:
    unknown, missing = set(raw) - _REQUIRED - _OPTIONAL, needed - set(raw)
    if unknown or missing:
        words = [f"unknown key {_key(key)}" for key in sorted(unknown)] + [f"no {key}" for key in sorted(missing)]
        raise ValueError(f"{where}: {', '.join(words)}")
    name, vendor, source = (_text(raw, key, where) for key in ("id", "vendor", "source"))
    protocols, kinds = _words(raw["protocol"], where), _words(raw.get("kinds", []), where)
    if not protocols or not set(protocols) <= PROTOCOLS:
        raise ValueError(f"{where}: protocol must be some of {', '.join(sorted(PROTOCOLS))}")
    if not set(kinds) <= set(KINDS):
        raise ValueError(f"{where}: unknown kind {', '.join(sorted(set(kinds) - set(KINDS)))}")
    threshold = raw.get("lock_threshold", 0)
    if not isinstance(threshold, int) or threshold < 0:
        raise ValueError(f"{where}: lock_threshold must be a number of failures")
    products = tuple(_pattern(text, where) for text in _words(raw.get("products", []), where))
    _prove(products, _words(raw.get("examples", []), where), where)
    before, without = (_text(raw, key, where) for key in ("firmware_before", "no_fingerprint"))
    if before and not re.fullmatch(r"\d+(?:\.\d+)*", before):
        raise ValueError(f"{where}: firmware_before must be a version such as '5.3.0', not {before!r}")
    if not isinstance(seldom := raw.get("seldom", False), bool):
        raise ValueError(f"{where}: seldom must be true or false")
    accounts = _accounts(raw, where)
    return Entry(name, vendor, products, kinds, protocols, accounts, threshold, source, before, without, seldom)


def _key(name: str) -> str:
    """A key as it is shown in a complaint: what is no word of letters may be a password in the wrong place."""
    return repr(name) if re.fullmatch(r"[a-z_]{1,40}", name) else "(not shown: it is no word of lower-case letters)"


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str) or (key in raw and not value.strip()):
        raise ValueError(f"{where}: {key} must be a text that says something")
    if len(value) > _TEXT_LIMIT:
        raise ValueError(f"{where}: {key} has {len(value)} characters, and may have {_TEXT_LIMIT}")
    return value


def _accounts(raw: Mapping[str, Any], where: str) -> tuple[Account, ...]:
    pairs = raw["accounts"]
    if not isinstance(pairs, list) or not pairs:
        raise ValueError(f"{where}: no accounts")
    if len(pairs) > _ACCOUNTS_LIMIT:
        raise ValueError(f"{where}: {len(pairs)} accounts; a product has a few, and nobody may try lists on a device")
    for pair in pairs:
        if (
            not isinstance(pair, dict)
            or set(pair) - {"scheme"} != {"user", "password"}
            or not all(isinstance(v, str) for v in pair.values())
        ):
            raise ValueError(f"{where}: an account is {{user = text, password = text}} and nothing else")
        if "scheme" in pair and pair["scheme"] not in _SCHEMES:
            raise ValueError(f"{where}: scheme must be one of {', '.join(sorted(_SCHEMES))}")
        for key in ("user", "password"):
            if len(pair[key]) > _ACCOUNT_LIMIT or not pair[key].isprintable():
                raise ValueError(f"{where}: a {key} has printable characters, {_ACCOUNT_LIMIT} at most")
        if not pair["user"] and not pair["password"]:
            raise ValueError(f"{where}: an account without user and password means that no account is asked for")
    return tuple(Account(raw["id"], pair["user"], pair["password"], pair.get("scheme", "")) for pair in pairs)


def _words(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise ValueError(f"{where}: products, kinds and protocol are lists of texts")
    return tuple(value)


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{where}: {text!r} is no regular expression ({error})") from None


def _prove(products: tuple[re.Pattern[str], ...], examples: tuple[str, ...], where: str) -> None:
    """Where an entry gives examples, each of its expressions finds one of them, and each of them is found."""
    for product in products if examples else ():
        if not any(product.search(example) for example in examples):
            raise ValueError(f"{where}: none of its examples is found by {product.pattern!r}")
    for example in examples:
        if not any(product.search(example) for product in products):
            raise ValueError(f"{where}: its example {example!r} is found by none of its products")


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, for comparing: "V5.2.8 build 150124" is (5, 2, 8)."""
    found = re.search(r"\d+(?:\.\d+)*", version)
    return tuple(int(part[:9]) for part in found[0].split(".")) if found else ()


def entry_named(name: str) -> str:
    """Where an account stands, as a finding may say it. The entry's own source is not quoted: half of them quote the manual's line with the password."""
    return f"catalogue of documented accounts, entry {name}"


@lru_cache(maxsize=4096)  # each device is held against the vendor of every entry
def plain(name: str) -> str:
    """A vendor's name without accents, punctuation and case: "Schréder" and "SCHREDER" are one."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())
