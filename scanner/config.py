"""`tocsin.toml` as frozen Settings. Nothing is guessed: an unknown key, a wrong type or a network that is none is a `ConfigError` that names its line."""

import ipaddress
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

from checks.profiles import profile_named
from inventory.errors import ConfigError, ScopeError
from inventory.model import Level
from scanner.contacts import contacts_of
from scanner.conversation import Depth
from scanner.nightly import Nights, Retention, nights_of, retention_of
from scanner.toml_table import Network, Table, in_short, meant_by, read_toml
from scanner.vantage import VANTAGE_IN_WORDS, is_vantage

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
    vantage: str = ""

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
    register: Path | None = None
    tls_profile: str = ""
    known_keys: tuple[Path, ...] = ()
    waivers: Path | None = None
    policy: Path | None = None
    vantage: str = ""
    nights: Nights = field(default_factory=Nights)
    retention: Retention = field(default_factory=Retention)
    contacts: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    warnings: tuple[str, ...] = ()

    def site(self, name: str) -> Site:
        """The site of that name."""
        for site in self.sites:
            if site.name == name:
                return site
        raise ConfigError(
            f"there is no site {name!r} in {self.path or DEFAULT}{meant_by(name, [s.name for s in self.sites])}"
        )

    def department(self, address: str) -> str:
        """Whose the device at that address is, by the smallest network of a site that names it; "" where none does."""
        site = self._site_around(address)
        return site.department if site else ""

    def site_of(self, address: str) -> str:
        """The name of the site with the smallest network around that address; "" where none has it."""
        site = self._site_around(address)
        return site.name if site else ""

    def _site_around(self, address: str) -> Site | None:
        """The site with the smallest network; of two with the same one the last by name, so that site and department are of one."""
        around = max(self._around(address), key=lambda found: (found[0], found[1].name), default=None)
        return around[1] if around else None

    def _around(self, address: str) -> Iterator[tuple[int, Site]]:
        """Each site with a network around the address, and that network's prefix; none around the MAC address of a device that is known by nothing else."""
        try:
            there = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return
        yield from ((net.prefixlen, site) for site in self.sites for net in site.networks if there in net)


def find_settings(config: Path | None) -> Settings:
    """The settings of the file that was named, else of ./tocsin.toml, else those of no file."""
    if config is not None or DEFAULT.exists():
        return load_settings(config or DEFAULT)
    return Settings()


def load_settings(path: Path) -> Settings:
    """Read and check `path`."""
    top = read_toml(path)
    return _settings(top, exposed=_exposed(path))


def _settings(top: Table, *, exposed: bool) -> Settings:
    top.only(
        *("city", "site", "store", "audit", "intel", "credentials", "tls", "register", "waivers", "policy", "vantage"),
        *("night", "retention", "contacts"),
    )
    city = top.table("city")
    city.only("name")
    intel = top.table("intel")
    intel.only("recog", "file", "sources", "max_age")
    credentials = top.table("credentials")
    credentials.only("accounts")
    tls = top.table("tls")
    tls.only("profile", "known_keys")
    register = top.table("register")
    register.only("file")
    waivers = top.table("waivers")
    waivers.only("file")
    policy = top.table("policy")
    policy.only("file")
    sites = _sites(top)
    warnings: tuple[str, ...] = ()
    if exposed and any(site.snmp_community for site in sites):
        warnings = (f"{top.path} holds an SNMP community and others may read it: chmod 600 {top.path}",)
    nights = nights_of(top.table("night"))
    if exposed and (nights.notify or nights.heartbeat):
        warnings += (f"{top.path} holds addresses for notices and others may read it: chmod 600 {top.path}",)
    here = top.path.parent
    accounts = _file(credentials, "accounts")
    if accounts is not None and _exposed(accounts):
        warnings += (f"{accounts} holds passwords and others may read it: chmod 600 {accounts}",)
    return Settings(
        city=city.text("name"),
        sites=sites,
        store=_file(top, "store"),
        audit=_file(top, "audit"),
        recog=_file(intel, "recog"),
        accounts=accounts,
        intelligence=_file(intel, "file"),
        intel_sources=_sources(intel.table("sources"), here),
        intel_max_age=_max_age(intel),
        register=_file(register, "file"),
        tls_profile=_profile(tls, "profile"),
        waivers=_file(waivers, "file"),
        known_keys=tuple(here / Path(text).expanduser() for text in tls.list("known_keys", str, "files")),
        policy=_file(policy, "file"),
        vantage=_vantage(top),
        nights=nights,
        retention=retention_of(top.table("retention")),
        contacts=contacts_of(top.table("contacts")),
        path=top.path,
        warnings=warnings,
    )


def _file(table: Table, key: str) -> Path | None:
    """The path of a key, relative to the file that it stands in."""
    text = table.text(key)
    return table.path.parent / Path(text).expanduser() if text else None


def _sources(table: Table, here: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Where the sources of the intelligence are, by format: one place each or several, paths relative to the file."""
    if not table.values:
        return ()
    from scanner.intel.source import load_formats

    table.only(*load_formats())
    return tuple((name, _places(table, name, here)) for name in table.values)


def _places(table: Table, name: str, here: Path) -> tuple[str, ...]:
    alone = isinstance(table.values[name], str)
    places = (table.required(name),) if alone else table.list(name, str, "web addresses and paths")
    if not all(place.strip() for place in places) or not places:
        raise table.error(f"{name} names no web address and no path", name)
    return tuple(place if "://" in place else str(here / Path(place).expanduser()) for place in places)


def _max_age(table: Table) -> int | None:
    days = table.values.get("max_age")
    if days is not None and (type(days) is not int or not 0 <= days <= 36_500):
        raise table.error(f"max_age must be a whole number of days, not {in_short(days)}", "max_age")
    return days


def _exposed(path: Path) -> bool:
    """Whether others may read the file; whether it can be read at all is seen when it is."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def _sites(top: Table) -> tuple[Site, ...]:
    sites: dict[str, Site] = {}
    for table in top.tables("site"):
        site = _site(table)
        if site.name in sites:
            raise table.error(f"there are two sites named {site.name!r}", "name")
        sites[site.name] = site
    return tuple(sites.values())


def _site(table: Table) -> Site:
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
        valid_until=table.date("valid_until"),
        level=_level(table),
        window=_window(table),
        pace=_pace(table.table("pace")),
        never_touch=_never_touch(table),
        snmp_community=_secret(table, "snmp_community"),
        tls=_depth(table),
        tls_profile=_profile(table, "tls_profile"),
        vantage=_vantage(table),
    )


def _vantage(table: Table) -> str:
    name = table.text("vantage").strip()
    if name and not is_vantage(name):
        raise table.error(f"vantage must be {VANTAGE_IN_WORDS}, not {name!r}", "vantage")
    return name


def _depth(table: Table) -> Depth | None:
    """How deep TLS is asked. What is only ever tried where the operator asks for it there and then is no setting."""
    words = {depth.value: depth for depth in (Depth.POSTURE, Depth.FULL)}
    word = table.text("tls")
    if word and word not in words:
        raise table.error(f"tls must be {' or '.join(map(repr, words))}, not {word!r}{meant_by(word, words)}", "tls")
    return words.get(word)


def _profile(table: Table, key: str) -> str:
    name = table.text(key)
    try:
        return profile_named(name).name if name else ""
    except ValueError as error:
        raise table.error(str(error), key) from None


def _secret(table: Table, key: str) -> str:
    """Text that no complaint repeats."""
    value = table.values.get(key, "")
    if not isinstance(value, str):
        raise table.error(f"{key} must be text in quotes", key)
    return value


def _level(table: Table) -> Level:
    words = {level.label: level for level in Level}
    word = table.text("level") or Level.IDENTIFY.label
    if word not in words:
        raise table.error(
            f"level must be {' or '.join(map(repr, words))}, not {word!r}{meant_by(word, words)}", "level"
        )
    return words[word]


def _window(table: Table) -> str:
    window = table.text("window")
    if window and not is_window(window):
        raise table.error(f"window must be two times of day such as '01:00-05:00', not {window!r}", "window")
    return window


def is_window(text: str) -> bool:
    """Whether it is two different times of day: "01:00-05:00"."""
    hours = re.fullmatch(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", text)
    return hours is not None and hours[1] != hours[2]


def _pace(table: Table) -> PaceOverrides:
    known = [each.name for each in fields(PaceOverrides)]
    table.only(*known)
    for key, value in table.values.items():
        whole = key == "connections_per_device"
        kinds = (int,) if whole else (int, float)
        if type(value) not in kinds or not 0 < value < 1e6:
            raise table.error(f"{key} must be a {'whole ' if whole else ''}number above 0, not {in_short(value)}", key)
    return PaceOverrides(**table.values)


def _never_touch(table: Table) -> frozenset[int]:
    ports = table.list("never_touch", int, "port numbers")
    for port in ports:
        if not 0 < port < 65536:
            raise table.error(f"in never_touch, {port} is no port: they go from 1 to 65535", "never_touch")
    return frozenset(ports)
