"""`tocsin.toml` as frozen Settings. Nothing is guessed: an unknown key, a wrong type or a network that is none is a `ConfigError` that names its line."""

import difflib
import ipaddress
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from checks.profiles import profile_named
from inventory.errors import ConfigError, ScopeError
from inventory.model import Level
from scanner.conversation import Depth
from scanner.toml_lines import Lines, Place

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
DEFAULT = Path("tocsin.toml")


@dataclass(frozen=True, slots=True)
class PaceOverrides:
    """What a site changes of the pace that the operator chose; None leaves it."""

    packets_per_second: float | None = None
    device_packets_per_second: float | None = None
    connections_per_device: int | None = None
    device_connections_per_second: float | None = None

    def changes(self) -> dict[str, float]:
        """The fields that are set, for `dataclasses.replace` on a pace."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Site:
    """A part of the city that may be scanned: where, up to which level, by whose word, until and at what hours."""

    name: str
    networks: tuple[Network, ...]
    deny: tuple[Network, ...] = ()
    department: str = ""
    approved_by: str = ""
    valid_until: date | None = None
    level: Level = Level.IDENTIFY
    window: str = ""
    pace: PaceOverrides = field(default_factory=PaceOverrides)
    never_touch: frozenset[int] = frozenset()
    snmp_community: str = field(default="", repr=False)
    tls: Depth | None = None
    tls_profile: str = ""

    def require_approval(self) -> None:
        """Raise `ScopeError` while nobody has said who allowed this."""
        if not self.approved_by:
            raise ScopeError(
                f"nobody has approved a scan of the site {self.name!r}:"
                " write in its approved_by who did (a name, an office, a ticket), or give --authorised-by"
            )


@dataclass(frozen=True, slots=True)
class Settings:
    """All of `tocsin.toml`. `path` is None where there is no file; `warnings` are sentences for the operator."""

    city: str = ""
    sites: tuple[Site, ...] = ()
    store: Path | None = None
    audit: Path | None = None
    recog: Path | None = None
    accounts: Path | None = None
    intelligence: Path | None = None
    intel_sources: tuple[tuple[str, tuple[str, ...]], ...] = ()
    intel_max_age: int | None = None
    tls_profile: str = ""
    known_keys: tuple[Path, ...] = ()
    path: Path | None = None
    warnings: tuple[str, ...] = ()

    def site(self, name: str) -> Site:
        """The site of that name."""
        for site in self.sites:
            if site.name == name:
                return site
        raise ConfigError(
            f"there is no site {name!r} in {self.path or DEFAULT}{_meant(name, [s.name for s in self.sites])}"
        )

    def department(self, address: str) -> str:
        """Whose the device at that address is, by the smallest network of a site that names it; "" where none does."""
        there = ipaddress.ip_address(address.partition("%")[0])
        owners = [(net.prefixlen, site.department) for site in self.sites for net in site.networks if there in net]
        return max(owners, default=(0, ""))[1]


def find_settings(config: Path | None) -> Settings:
    """The settings of the file that was named, else of ./tocsin.toml, else those of no file."""
    if config is not None or DEFAULT.exists():
        return load_settings(config or DEFAULT)
    return Settings()


def load_settings(path: Path) -> Settings:
    """Read and check `path`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path} line {line}: this is not UTF-8 text") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_malformed(path, text, str(error))) from error
    top = _Table(path, Lines(text), (), document, "the top of the file")
    return _settings(top, exposed=bool(mode & (stat.S_IRGRP | stat.S_IROTH)))


def _malformed(path: Path, text: str, error: str) -> str:
    """The parser's complaint with its place in front: it writes "… (at line 3, column 5)" or "… (at end of document)" behind."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", error)
    if place is None:
        return f"{path}: {error}"
    line = place[1] or str(len(text.splitlines()))
    return f"{path} line {line}: {error[: place.start()]}"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file, which reads its keys with their types and names their lines in its complaints."""

    path: Path
    lines: Lines
    place: Place
    values: Mapping[str, Any]
    title: str

    def error(self, message: str, key: str = "", value: object = None) -> ConfigError:
        line = self.lines.of(self.place, key, value if isinstance(value, str) else None)
        return ConfigError(f"{self.path} line {line}: {message}" if line else f"{self.path}: {message}")

    def only(self, *known: str) -> None:
        for key in self.values:
            if key not in known:
                raise self.error(f"{self.title} has no key {key!r}{_meant(key, known)}", key)

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.error(f"{key} must be text in quotes, not {value!r}", key)
        return value

    def required(self, key: str) -> str:
        value = self.text(key).strip()
        if not value:
            raise self.error(f"{self.title} needs a {key}", key)
        return value

    def list(self, key: str, kind: type, what: str) -> tuple[Any, ...]:
        values = self.values.get(key, [])
        if not isinstance(values, list):
            raise self.error(f"{key} must be a list of {what}, in square brackets, not {values!r}", key)
        for value in values:
            if type(value) is not kind:
                raise self.error(f"{key} must be a list of {what}; {value!r} is none", key, value)
        return tuple(values)

    def networks(self, key: str) -> tuple[Network, ...]:
        return tuple(self._network(key, value) for value in self.list(key, str, "networks"))

    def _network(self, key: str, value: str) -> Network:
        try:
            return ipaddress.ip_network(value)
        except ValueError:
            pass
        try:
            meant = f"; did you mean {str(ipaddress.ip_network(value, strict=False))!r}?"
            why = f"{value!r} has bits beyond its mask"
        except ValueError:
            meant, why = "", f"{value!r} is not a network such as '10.20.0.0/22'"
        raise self.error(f"in {key}, {why}{meant}", key, value)

    def table(self, key: str) -> "_Table":
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{key} must be a table, headed [{'.'.join((*self._names(), key))}]", key)
        title = f"[{'.'.join((*self._names(), key))}]"
        return _Table(self.path, self.lines, (*self.place, (key, 0)), value, title)

    def tables(self, key: str) -> "tuple[_Table, ...]":
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.error(f"each {key} must be a table of its own, headed [[{key}]]", key)
        return tuple(
            _Table(self.path, self.lines, (*self.place, (key, number)), value, f"[[{key}]]")
            for number, value in enumerate(values)
        )

    def _names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.place)


def _settings(top: _Table, *, exposed: bool) -> Settings:
    top.only("city", "site", "store", "audit", "intel", "credentials", "tls")
    city = top.table("city")
    city.only("name")
    intel = top.table("intel")
    intel.only("recog", "file", "sources", "max_age")
    credentials = top.table("credentials")
    credentials.only("accounts")
    tls = top.table("tls")
    tls.only("profile", "known_keys")
    sites: list[Site] = []
    for table in top.tables("site"):
        site = _site(table)
        if any(site.name == other.name for other in sites):
            raise table.error(f"there are two sites named {site.name!r}", "name")
        sites.append(site)
    warnings: tuple[str, ...] = ()
    if exposed and any(site.snmp_community for site in sites):
        warnings = (f"{top.path} holds an SNMP community and others may read it: chmod 600 {top.path}",)
    here = top.path.parent
    named = (
        top.text("store"),
        top.text("audit"),
        intel.text("recog"),
        credentials.text("accounts"),
        intel.text("file"),
    )
    store, audit, recog, accounts, intelligence = (here / Path(text).expanduser() if text else None for text in named)
    if accounts is not None and _exposed(accounts):
        warnings += (f"{accounts} holds passwords and others may read it: chmod 600 {accounts}",)
    return Settings(
        city=city.text("name"),
        sites=tuple(sites),
        store=store,
        audit=audit,
        recog=recog,
        accounts=accounts,
        intelligence=intelligence,
        intel_sources=_sources(intel.table("sources"), here),
        intel_max_age=_max_age(intel),
        tls_profile=_profile(tls, "profile"),
        known_keys=tuple(here / Path(text).expanduser() for text in tls.list("known_keys", str, "files")),
        path=top.path,
        warnings=warnings,
    )


def _sources(table: _Table, here: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Where the sources of the intelligence are, by format: one place each or several, paths relative to the file."""
    if not table.values:
        return ()
    from scanner.intel.source import load_formats

    table.only(*load_formats())
    return tuple((name, _places(table, name, here)) for name in table.values)


def _places(table: _Table, name: str, here: Path) -> tuple[str, ...]:
    alone = isinstance(table.values[name], str)
    places = (table.required(name),) if alone else table.list(name, str, "web addresses and paths")
    if not all(place.strip() for place in places) or not places:
        raise table.error(f"{name} names no web address and no path", name)
    return tuple(place if "://" in place else str(here / Path(place).expanduser()) for place in places)


def _max_age(table: _Table) -> int | None:
    days = table.values.get("max_age")
    if days is not None and (type(days) is not int or not 0 <= days <= 36_500):
        raise table.error(f"max_age must be a whole number of days, not {days!r}", "max_age")
    return days


def _exposed(path: Path) -> bool:
    """Whether others may read the file; whether it can be read at all is seen when it is."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def _site(table: _Table) -> Site:
    table.only(*(each.name for each in fields(Site)))
    name = table.required("name")
    networks = table.networks("networks")
    if not networks:
        raise table.error(f'the site {name!r} needs networks, such as networks = ["10.20.0.0/22"]', "networks")
    return Site(
        name=name,
        networks=networks,
        deny=table.networks("deny"),
        department=table.text("department"),
        approved_by=table.text("approved_by").strip(),
        valid_until=_valid_until(table),
        level=_level(table),
        window=_window(table),
        pace=_pace(table.table("pace")),
        never_touch=_never_touch(table),
        snmp_community=_secret(table, "snmp_community"),
        tls=_depth(table),
        tls_profile=_profile(table, "tls_profile"),
    )


def _depth(table: _Table) -> Depth | None:
    """How deep TLS is asked. What is only ever tried where the operator asks for it there and then is no setting."""
    words = {depth.value: depth for depth in (Depth.POSTURE, Depth.FULL)}
    word = table.text("tls")
    if word and word not in words:
        raise table.error(f"tls must be {' or '.join(map(repr, words))}, not {word!r}{_meant(word, words)}", "tls")
    return words.get(word)


def _profile(table: _Table, key: str) -> str:
    name = table.text(key)
    try:
        return profile_named(name).name if name else ""
    except ValueError as error:
        raise table.error(str(error), key) from None


def _secret(table: _Table, key: str) -> str:
    """Text that no complaint repeats."""
    value = table.values.get(key, "")
    if not isinstance(value, str):
        raise table.error(f"{key} must be text in quotes", key)
    return value


def _valid_until(table: _Table) -> date | None:
    value = table.values.get("valid_until")
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise table.error(f"valid_until must be a date without quotes, such as 2027-03-31, not {value!r}", "valid_until")


def _level(table: _Table) -> Level:
    words = {level.label: level for level in Level}
    word = table.text("level") or Level.IDENTIFY.label
    if word not in words:
        raise table.error(f"level must be {' or '.join(map(repr, words))}, not {word!r}{_meant(word, words)}", "level")
    return words[word]


def _window(table: _Table) -> str:
    window = table.text("window")
    if window and not is_window(window):
        raise table.error(f"window must be two times of day such as '01:00-05:00', not {window!r}", "window")
    return window


def is_window(text: str) -> bool:
    """Whether it is two different times of day: "01:00-05:00"."""
    hours = re.fullmatch(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", text)
    return hours is not None and hours[1] != hours[2]


def _pace(table: _Table) -> PaceOverrides:
    known = [each.name for each in fields(PaceOverrides)]
    table.only(*known)
    for key, value in table.values.items():
        whole = key == "connections_per_device"
        kinds = (int,) if whole else (int, float)
        if type(value) not in kinds or not 0 < value < 1e6:
            raise table.error(f"{key} must be a {'whole ' if whole else ''}number above 0, not {value!r}", key)
    return PaceOverrides(**table.values)


def _never_touch(table: _Table) -> frozenset[int]:
    ports = table.list("never_touch", int, "port numbers")
    for port in ports:
        if not 0 < port < 65536:
            raise table.error(f"in never_touch, {port} is no port: they go from 1 to 65535", "never_touch")
    return frozenset(ports)


def _meant(word: str, known: Iterable[str]) -> str:
    words = list(known)
    close = difflib.get_close_matches(word, words, 1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(words)}" if words else ""
