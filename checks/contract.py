"""What a check is.

A check is a generator over a device. It yields a `Flaw` for each thing that is wrong and, if it is marked ``level=Level.LOGIN``, may yield a `Login` question
and is sent the `Answer`. It ends with ``return "why it passed"``; a check that finds no ground to judge on raises `NotApplicable`. It does no I/O and keeps
no state, and the docstring of its module is its manual page.

    @check(id="…", title="…", severity=Severity.HIGH, family=Family.PORTS, needs=("modbus",), remedy="…", standards=("…",))
    def unauthenticated_control(device: Device) -> Judgement:
        for seen in device.speaking("modbus"):
            yield Flaw(seen.endpoint, "…", seen.evidence)
        return "…"

`needs` names the protocols a check judges: where a device speaks none of them the check is SKIPPED, where one of them could not be examined it is UNREACHED.
The folder is the registry: `load_checks` reads every module of it.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from typing import TypeVar

from inventory.ages import FirmwareAge
from inventory.findings import Finding, Vulnerability
from inventory.ledger import Verdict as Verdict  # noqa: PLC0414 - a word of this contract, kept where the records are that use it
from inventory.model import Confidence, Device, Endpoint, Family, Level, Severity


class NotApplicable(Exception):
    """There is nothing here for this check to judge; the message becomes the reason of a SKIPPED outcome."""


class Inconclusive(Exception):
    """The device did not let the check come to a verdict; the message becomes the reason of an UNREACHED outcome."""


class Act(StrEnum):
    """What kind of work a remedy is: what one person does in one go, over as many devices as need it."""

    PASSWORD = "password"
    """Give accounts passwords of their own."""
    ACCESS = "access"
    """Turn authentication on, or anonymous access off."""
    UPDATE = "update"
    """Install a newer firmware."""
    REPLACE = "replace"
    """Plan the device's replacement."""
    ENCRYPT = "encrypt"
    """Change the settings of TLS, or turn it on."""
    CERTIFICATE = "certificate"
    """Make a new key, or install a certificate."""
    SWITCH_OFF = "switch-off"
    """Turn a service off."""
    SEGMENT = "segment"
    """Let only the named hosts reach it: a firewall rule, an access list, a network of its own."""
    INVESTIGATE = "investigate"
    """Go and look: what it is, or what has happened to it."""


ACT_OF = {
    Family.CREDENTIALS: Act.PASSWORD,
    Family.TLS: Act.ENCRYPT,
    Family.FIRMWARE: Act.UPDATE,
    Family.PORTS: Act.SEGMENT,
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is particular about one finding; the rest is the check's.

    `facet` tells two flaws of one check on one device apart and defaults to "tcp/23"; `severity`, `title`, `remedy`, `standards`, `act` and `sources` override
    the check's own. `account` names the account that opened it: the catalogue entry's id and the user ("hikvision: admin"), never a password.
    """

    endpoint: Endpoint
    detail: str
    evidence: bytes = b""
    confidence: Confidence = Confidence.CONFIRMED
    severity: Severity | None = None
    facet: str = ""
    title: str = ""
    remedy: str = ""
    account: str = ""
    standards: tuple[str, ...] = ()
    act: Act | None = None
    sources: tuple[str, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetFlaw:
    """What is particular about one fleet finding: the identities of its members and a stable facet (the key's hash)."""

    devices: tuple[str, ...]
    detail: str
    facet: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account to try: the id of its catalogue entry, the user, and the password, which nothing ever prints.

    For SNMP the community is the password and the user is empty. `scheme` is what else a protocol must know to offer it: for SNMPv3 the authentication
    ("md5", "sha", "sha256" …).
    """

    id: str
    user: str
    password: str = field(repr=False)
    scheme: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether it offers nothing: neither a name nor a password."""
        return not self.user and not self.password


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, the bytes that prove it (never the password), and the reason where there is one to give.

    `when` is the moment at which it was given, where that was by an earlier run; `asked` when the question was last put, whatever came of it; `left` says how
    many failed logins the device may still be asked to bear, and `seconds` how long it took to answer.
    """

    verdict: Verdict
    evidence: bytes = b""
    reason: str = ""
    when: datetime | None = None
    left: int = 0
    seconds: float = 0.0
    asked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """The question: does `account` open `endpoint` by `protocol` (a name of `scanner/logins/`)? Asked once, however many checks ask it.

    `lock_threshold` is the vendor's documented number of failures before a lock, 0 where unknown. `path` is where on the endpoint the login stands (an HTTP or
    RTSP path), `form` the description of a form (`checks/forms.py`), and `locks` whether a refusal counts as a failed login there. With `again` it is asked a
    second time in this run, as a control after a success. With `remembered` nothing is asked: the answer is the last one that the ledger holds, or NOT_TRIED.
    """

    endpoint: Endpoint
    protocol: str
    account: Account
    lock_threshold: int = 0
    path: str = ""
    form: str = ""
    locks: bool = True
    again: bool = False
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A device of the fleet as a fleet check sees it: with what was found on it, the department that it belongs to ("" where none is named), and the age of its
    firmware, by the intelligence that the scan was judged by.
    """

    device: Device
    findings: tuple[Finding, ...] = ()
    department: str = ""
    firmware: FirmwareAge = field(default_factory=FirmwareAge)


T = TypeVar("T")
Judgement = Generator[Flaw | Login, Answer | None, str]
Asking = Generator[Flaw | Login, Answer | None, T]
FleetJudgement = Iterator[FleetFlaw]


@dataclass(frozen=True, slots=True)
class Check:
    """A check's declaration. `judge` is called with a device.

    `informed` names what else it is told by keyword: the accounts to choose from (``catalogue=``), the operator's own knowledge (``keys=``, ``profile=``), and
    the intelligence (``intelligence=``), each with a default in `judge`, for where there is none.
    `manual` is its module's docstring, cleaned. `act` is what kind of work its remedy is (its family's where nothing is said), and `sources` name where the
    facts stand that it judges by.
    """

    id: str
    title: str
    severity: Severity
    family: Family
    remedy: str
    judge: Callable[..., Judgement]
    needs: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    level: Level = Level.IDENTIFY
    manual: str = ""
    informed: tuple[str, ...] = ()
    act: Act = Act.SEGMENT
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetCheck:
    """A check over all devices of a scan together."""

    id: str
    title: str
    severity: Severity
    family: Family
    remedy: str
    judge: Callable[[Iterable[Member]], FleetJudgement]
    standards: tuple[str, ...] = ()
    manual: str = ""
    act: Act = Act.SEGMENT
    sources: tuple[str, ...] = ()


def ask(question: Login) -> Asking[Answer]:
    """Put one question, from within a judgement: ``answer = yield from ask(Login(…))``."""
    answer = yield question
    return answer or Answer(Verdict.NOT_TRIED, reason="the question was not answered")


def informed(checks: Iterable[Check], known: Mapping[str, object]) -> tuple[Check, ...]:
    """The checks with what each asks to be told, as far as it is known; the rest is left to the default in its `judge`."""
    return tuple(
        replace(check, judge=partial(check.judge, **{name: known[name] for name in check.informed if name in known}))
        for check in checks
    )


def examined(device: Device) -> datetime:
    """The moment a device's dates are judged against: its latest observation, so that the same observations always give the same verdict."""
    if not device.observations:
        raise NotApplicable("it said nothing that could be judged")
    return max(seen.when for seen in device.observations)


def check(  # noqa: PLR0913 - the fields of a declaration, all named by the caller
    *,
    id: str,  # noqa: A002 - the field's own name, and keyword-only
    title: str,
    severity: Severity,
    family: Family,
    remedy: str,
    needs: tuple[str, ...] = (),
    standards: tuple[str, ...] = (),
    level: Level = Level.IDENTIFY,
    informed: tuple[str, ...] = (),
    act: Act | None = None,
    sources: tuple[str, ...] = (),
) -> Callable[[Callable[..., Judgement]], Check]:
    """Declare the generator below it a check."""

    def declare(judge: Callable[..., Judgement]) -> Check:
        return Check(
            id,
            title,
            severity,
            family,
            remedy,
            judge,
            needs,
            standards,
            level,
            _manual(judge),
            informed,
            act or ACT_OF[family],
            sources,
        )

    return declare


def fleet_check(
    *,
    id: str,  # noqa: A002 - as above
    title: str,
    severity: Severity,
    family: Family,
    remedy: str,
    standards: tuple[str, ...] = (),
    act: Act | None = None,
    sources: tuple[str, ...] = (),
) -> Callable[[Callable[[Iterable[Member]], FleetJudgement]], FleetCheck]:
    """Declare the generator below it a fleet check."""

    def declare(judge: Callable[[Iterable[Member]], FleetJudgement]) -> FleetCheck:
        return FleetCheck(
            id, title, severity, family, remedy, judge, standards, _manual(judge), act or ACT_OF[family], sources
        )

    return declare


@cache
def load_checks() -> tuple[Check, ...]:
    """Every device check of the folder, by id."""
    return tuple(sorted(_members(Check), key=lambda c: c.id))


@cache
def load_fleet_checks() -> tuple[FleetCheck, ...]:
    """Every fleet check of the folder, by id."""
    return tuple(sorted(_members(FleetCheck), key=lambda c: c.id))


def _members(kind: type[T]) -> Iterator[T]:
    import checks  # the package itself, for its path

    for module in pkgutil.iter_modules(checks.__path__, "checks."):
        yield from (value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, kind))


def _manual(judge: Callable[..., object]) -> str:
    module = inspect.getmodule(judge)
    return inspect.cleandoc(module.__doc__ or "") if module else ""
