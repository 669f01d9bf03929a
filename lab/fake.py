"""What a fake device is: an identity, services, the findings it must cause, and the manners it demands.

A file of `lab/devices/` holds one, under the name FAKE: the city. So does a file of `lab/hostile/`: who attacks a scanner, and stands outside the city. A file
of `lab/depot/` holds several, under the name FAKES: the depot, where devices of known builds stand outside the city. The folders are the registry. Written
from the specifications; never imports the scanner.
"""

import asyncio
import importlib
import importlib.util
import pkgutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    from lab.settings import Setting

HARMS_KEPT = 1000
"""Harms that are kept of one fake, so that a lab that runs for days under attack does not grow."""


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """A finding that a scan at level login must report: the check's id and where (port 0: the whole device)."""

    check: str
    port: int
    transport: str = "tcp"


class Fate(StrEnum):
    """What becomes of a device that is harmed: it is only noted, it answers nobody any more, or it restarts and is silent until it has."""

    NOTED = "noted"
    DIES = "dies"
    RESTARTS = "restarts"


@dataclass(frozen=True, slots=True)
class Manners:
    """What a scanner may do to the device without hurting it; anything beyond is harm.

    `connections` is the number open at once, `connections_per_second` the new ones in any second (0: any number), `failed_logins` the number per account
    before it locks and `failed_logins_ever` that of all accounts and services together before it shuts the client's address out (0: any number).
    `connections_ever` is for a device that never frees a connection's slot: how many it has (0: any number). `fate` is what harm does to it. An account that
    it locks stays so for `lock` seconds.
    """

    connections: int = 1
    connections_per_second: int = 0
    failed_logins: int = 2
    failed_logins_ever: int = 0
    connections_ever: int = 0
    fate: Fate = Fate.NOTED
    lock: int = 1800


POWER = "power"
"""What is noted as changed where a device was turned off or on."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that was changed on a device: when, in ISO 8601 and UTC, from where ("" by the lab itself), and which; its value may be a secret.

    "power" is that it was turned off or on, "address" that it was given another.
    """

    when: str
    client: str
    setting: str


@dataclass(slots=True)
class Log:
    """What happened to one fake: its connections, failed logins per account, and every harm done, in plain sentences.

    `most_open` is the number of connections open at once, `busiest_second` that of new ones in any second; `dead` and `restarts` say what became of it.
    `changes` are the settings that were changed on it, which is what a learner may do and a scanner never. `pages` is what a printer has printed, `failed_at`
    when the last login to each account failed (in seconds since 1970).
    """

    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    busiest_second: int = 0
    datagrams: int = 0
    logins: dict[str, int] = field(default_factory=dict)
    harms: list[str] = field(default_factory=list)
    dead: bool = False
    restarts: int = 0
    changes: list[Changed] = field(default_factory=list)
    pages: int = 0
    failed_at: dict[str, float] = field(default_factory=dict)

    @property
    def told(self) -> int:
        """How much of it is of harms, changes and logins, which grows with each."""
        return len(self.harms) + len(self.changes) + len(self.logins) + sum(self.logins.values())


class Console(ABC):
    """The settings of a device, as its own pages and shells reach them."""

    @abstractmethod
    def shown(self) -> "tuple[tuple[Setting, str], ...]":
        """Each setting that the device has, and its value now; of a password only whether it is the factory's."""

    @abstractmethod
    def set(self, name: str, value: str, client: str) -> None:
        """Set it and keep it; raises `lab.settings.SettingError`. Takes effect at once, for new connections."""


def nothing() -> None:
    """What harm does to a device that bears it, and what is told of one whose log nobody keeps."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One conversation of a client with a fake; `log` is the fake's. A service reports logins and harm here.

    `device` is the fake's name in its city, which its keys are made for, `address` where it was reached, as a URL writes it, and `addresses` are all it has.
    `suffer` does to it what harm does; `console` is where its settings are read and set; a fake that stands alone has none. `changed` tells whoever keeps
    its log that something was noted there.
    """

    client: str
    log: Log
    manners: Manners
    device: str = "alone"
    address: str = "127.0.0.1"
    addresses: tuple[str, ...] = ()
    suffer: Callable[[], None] = nothing
    console: Console | None = None
    changed: Callable[[], None] = nothing

    def login(self, account: str, *, opened: bool) -> None:
        """Count an attempt at `account`; more failures than the manners allow are harm."""
        attempts = self.log.logins.get(account, 0) + (not opened)
        self.log.logins[account] = attempts
        self.changed()
        if opened:
            return
        self.log.failed_at[account] = time.time()
        if attempts > self.manners.failed_logins:
            self.harm(f"{attempts} failed logins as {account!r}")
        if 0 < self.manners.failed_logins_ever < self.failed:
            self.harm(f"{self.failed} failed logins, and the address is shut out")

    def locked(self, account: str, after: int) -> bool:
        """Whether `account` is locked where it locks after so many failures (0: never); in time a lock opens, and all is forgiven."""
        if not 0 < after <= self.log.logins.get(account, 0):
            return False
        if self.locked_for(account):
            return True
        self.log.logins[account] = 0
        return False

    def locked_for(self, account: str) -> int:
        """The seconds for which a locked account stays so."""
        return max(0, round(self.log.failed_at.get(account, 0) + self.manners.lock - time.time()))

    @property
    def failed(self) -> int:
        """The failed logins of all accounts together."""
        return sum(self.log.logins.values())

    def harm(self, what: str) -> None:
        """Note that something was done that would have hurt a real device."""
        if len(self.log.harms) < HARMS_KEPT:
            self.log.harms.append(what)
        self.suffer()
        self.changed()


@dataclass(frozen=True, slots=True)
class TLS:
    """How a service speaks TLS: the lowest and highest version by their OpenSSL names ("TLSv1", "TLSv1.3") and which certificate.

    `certificate` names a recipe of `lab/certificates.py`; `subject` is its subject as RFC 4514 text. `suites` are those up to TLS 1.2 as OpenSSL lists them
    ("": what is sound, or what was usual where older versions are spoken).
    With `common` key and certificate are not the device's own, but are the same on all devices that name the same.
    """

    certificate: str = "modern"
    lowest: str = "TLSv1.2"
    highest: str = "TLSv1.3"
    subject: str = "CN=localhost"
    suites: str = ""
    common: str = ""


class Stream(ABC):
    """A TCP service. Subclasses are frozen dataclasses in `lab/services/` that say `talk`."""

    transport: ClassVar[str] = "tcp"
    port: int
    tls: TLS | None

    @property
    def inside_tls(self) -> bool:
        """Whether all that it says is said inside TLS."""
        return self.tls is not None

    def prepare(self, device: str, addresses: tuple[str, ...]) -> None:  # noqa: B027 - most have nothing to prepare
        """Make what takes time before the first connection: keys, and libraries that are slow to import."""

    @abstractmethod
    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: Visit) -> None:
        """Serve one connection; the city closes it afterwards."""


class Datagram(ABC):
    """A UDP service. Subclasses are frozen dataclasses in `lab/services/` that say `answer`."""

    transport: ClassVar[str] = "udp"
    port: int

    @abstractmethod
    def answer(self, datagram: bytes, visit: Visit) -> bytes | None:
        """The datagram to send back, or None for silence."""

    def answers(self, datagram: bytes, visit: Visit) -> tuple[bytes, ...]:
        """All datagrams to send back, for the few services that answer with more than one."""
        answer = self.answer(datagram, visit)
        return () if answer is None else (answer,)


Service: TypeAlias = Stream | Datagram


class Stack(ABC):
    """What answers for a device below TCP, where a city has frames; subclasses are frozen dataclasses in `lab/services/`."""

    @abstractmethod
    def answers(self, frame: bytes, mac: bytes, address: bytes, log: Log) -> tuple[bytes, ...]:
        """The frames to send back to an Ethernet frame that has come, by the device with that MAC and IPv4 address; `log` is told of connections."""


@dataclass(frozen=True, slots=True)
class Build:
    """When the firmware that a device runs was truly built, and who says so; without a `day` it is not known to the public, and `source` says what is.

    `released` is the day on which this version came out, where that is known. `newest` is the newest release of it in the public tables, where that is
    another, and `newest_on` the day on which that came out.
    """

    day: date | None
    source: str
    released: date | None = None
    newest: str = ""
    newest_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fake:
    """A fake device. `vendor`, `model`, `kind`, `firmware` and `serial` are what it states on the wire (None: it does not); `mac` begins with a fitting OUI.

    `host` is the last part of its address in the city's network. `unique` lists what else in its services no two devices share, besides MAC and serial.
    `together` lists what it causes together with others that list the same: the check's id and what they share ("fleet-default-account: public").
    `older_than` names the fake of the same model that runs a newer version, where that stands in the city too.
    `quarter` is the part of the city where it stands: "centre" is what comes up where nothing else is asked for. With `ipv6` it also has an IPv6 address, in a
    city that has IPv6. `build` is the truth about its firmware, where that is known.
    `settings` is what can be set on it (lab/settings.py). `told` says which ports alone tell a field of its identity, or its "age": where settings close or
    hush all of them, it states that no more, or nothing says how old its firmware is. `state` names the state in which it declares itself, one of "shipped",
    "neglected" and "kept" ("" where none fits), and `states` says by which settings it comes into the others.

    Where the city has frames, `stack` answers in place of the services: elsewhere these are as near as it comes. `heir` is the device that has the address once
    this one has ended `holds` connections on which it was told something; with it come its services, and its MAC address where there are any.
    `twin_of` names the fake whose MAC address and serial number it has too, as no two devices should.
    """

    name: str
    title: str
    host: int
    mac: str
    services: tuple[Service, ...]
    causes: frozenset[Expected]
    vendor: str | None = None
    model: str | None = None
    kind: str | None = None
    firmware: str | None = None
    serial: str | None = None
    unique: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    older_than: str = ""
    manners: Manners = field(default_factory=Manners)
    quarter: str = "centre"
    ipv6: bool = False
    build: Build | None = None
    settings: "tuple[Setting, ...]" = ()
    told: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = ()
    state: str = ""
    states: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    stack: Stack | None = None
    twin_of: str = ""
    heir: "Fake | None" = None
    holds: int = 0


@cache
def load_fakes() -> tuple[Fake, ...]:
    """Every fake device of the city, by host number."""
    import lab.devices

    return _by_host(module.FAKE for module in _modules(lab.devices))


@cache
def load_depot() -> tuple[Fake, ...]:
    """Every fake device of the depot, by host number."""
    import lab.depot

    return _by_host(fake for module in _modules(lab.depot) for fake in module.FAKES)


@cache
def load_hostile() -> tuple[Fake, ...]:
    """Every fake that is hostile to a scanner, by host number."""
    import lab.hostile

    return _by_host(module.FAKE for module in _modules(lab.hostile))


def load_fake(name: str) -> Fake | None:
    """The city's fake of that name without the others, which take their time and their memory; None where there is none."""
    if name.isidentifier() and importlib.util.find_spec(f"lab.devices.{name}"):
        fake: Fake = importlib.import_module(f"lab.devices.{name}").FAKE
        return fake
    return None


def _by_host(fakes: Iterable[Fake]) -> tuple[Fake, ...]:
    return tuple(sorted(fakes, key=lambda fake: fake.host))


def _modules(package: ModuleType) -> Iterator[Any]:
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(module.name)
