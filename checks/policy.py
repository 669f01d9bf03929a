"""What each kind of device may do in this city: a policy, read from `policy.toml`, over the one that is shipped.

A check that is told one (``informed=("policy",)``) asks `rule_for` what holds for a device, and `permits` whether one service is expected there.

Rules are laid over one another field by field: what a particular rule does not say stays as a more general one has it. A rule about a site is more particular
than one about a department, and that more than one about a kind alone; what the city says, of whatever kind, outranks what is shipped. So for the cameras of a
harbour this order holds: the harbour's cameras, the harbour, its department's cameras, its department, cameras, any kind, and the shipped cameras.
"""

import hashlib
import importlib.resources
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from checks.services import at_own_port, carriers, counts_as, secure_forms, spelt_out, talk_words
from inventory.model import Confidence, Device, Endpoint, Severity

SHIPPED = "the built-in policy"
"""Where a rule stands that is shipped."""
ANY = "any"
"""For `kind`: every kind, that which is not known too. For `min_tls`: no least version."""
TLS_MINIMA = ("1.0", "1.1", "1.2", "1.3")
EXPOSURES = ("small", "controlled", "open")
FIELDS = ("speak", "ports", "min_tls", "talk", "reach", "severity")
"""What a rule may say."""
_PORT = re.compile("(tcp|udp)/([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?")


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place in the network from which scans look: its name ("guest-wifi"), and who may stand there in SSVC's words: small, controlled or open."""

    name: str
    exposure: str = "controlled"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What devices of a kind may do; "" for kind, site and department is any. `place` says where it stands ("policy.toml line 12").

    `speak` are the protocols that may be spoken at any port, `ports` further endpoints that may be open whatever speaks there ("tcp/8000", "tcp/8000-8010"),
    and `talk` the protocols of announcement and search that it may use: None is all, where nothing is said. `min_tls` is the least version of TLS ("1.2", "" or
    "any" for none), `reach` the vantages from which it may be reached, () for all, and `severity` that of a deviation, None for the check's own.

    In the rule that holds for a device `places` says of each field where it stands: see `where`.
    """

    kind: str = ""
    site: str = ""
    department: str = ""
    speak: frozenset[str] | None = None
    ports: frozenset[str] | None = None
    min_tls: str = ""
    talk: frozenset[str] | None = None
    reach: tuple[str, ...] = ()
    severity: Severity | None = None
    place: str = ""
    places: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        """The fields of which it says something."""
        values = ((name, getattr(self, name)) for name in FIELDS)
        return {name: value for name, value in values if value not in (None, "", ())}

    def where(self, name: str) -> str:
        """Where this field stands; for `speak`, where the ports stand if nothing else is said."""
        return dict(self.places).get(name, self.place)

    def opens(self, endpoint: Endpoint) -> bool:
        """Whether it names the port."""
        spans = (port_span(text) for text in self.ports or ())
        return any(kind == endpoint.transport and low <= endpoint.port <= high for kind, low, high in spans)


@cache
def port_span(text: str) -> tuple[str, int, int]:
    """Read "tcp/8000" or "udp/5000-5010"; `ValueError` in words where it is neither."""
    read = _PORT.fullmatch(text) if len(text) < 20 else None
    if read is None:
        raise ValueError("a port is written tcp/8000 or udp/5000-5010")
    low, high = int(read[2]), int(read[3] or read[2])
    if max(low, high) > 65535:
        raise ValueError("ports go from 1 to 65535")
    if read[3] and low >= high:
        raise ValueError("a range goes from its lower port to a higher one")
    return read[1], low, high


def _nowhere(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules and vantages of a file. `vantage` is from where the scan looks that is judged; `site_of` and `department_of` say whose an address is.

    `shipped` are the rules beneath the file's own. `hash` is the SHA-256 of the file.
    """

    rules: tuple[Rule, ...] = ()
    vantages: tuple[Vantage, ...] = ()
    vantage: str = ""
    name: str = "built in"
    site_of: Callable[[str], str] = field(default=_nowhere, repr=False)
    department_of: Callable[[str], str] = field(default=_nowhere, repr=False)
    shipped: tuple[Rule, ...] = field(default=(), repr=False)
    hash: str = ""
    _held: dict[tuple[str, ...], Rule | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def title(self) -> str:
        """Its name and the beginning of its hash, as a report names it."""
        return f"{self.name} {self.hash[:12]}".rstrip()

    def rule_for(self, device: Device) -> Rule | None:
        """The rule that holds for a device, of all that speak of it; None where nothing is said of its kind."""
        return self.rule_of(*self._whose(device, device.address))

    def rule_of(self, kind: str, site: str = "", department: str = "") -> Rule | None:
        """The same for a kind at a site of a department; a kind that is not known is ""."""
        return self._laid_over(kind, site, department, self.shipped, self.rules)

    def _whose(self, device: Device, address: str, least: Confidence = Confidence.INFERRED) -> tuple[str, str, str]:
        claim = device.claim("kind")
        kind = claim.value if claim and claim.confidence >= least else ""
        return kind, self.site_of(address), self.department_of(address)

    def _laid_over(self, kind: str, site: str, department: str, *layers: tuple[Rule, ...]) -> Rule | None:
        asked = (kind, site, department, str(len(layers)))
        if asked in self._held:
            return self._held[asked]
        held: Rule | None = None
        for layer in layers:
            fitting = [rule for rule in layer if _fits(rule, kind, site, department)]
            for rule in sorted(fitting, key=_particular):
                held = _over(held or Rule(), rule)
        self._held[asked] = held
        return held

    def permits(self, device: Device, endpoint: Endpoint, protocol: str = "") -> str:
        """Where it stands that the device may have this service ("policy.toml line 12"), "" where it stands nowhere.

        The city must have said it: that nothing is said against a service permits nothing, nor does what is shipped. What carries a hundred services, such as
        HTTP, permits none of them by its name: there the port must be named. Where no `protocol` was heard, it must too, or be the own port of one that is.

        What a kind may do is permitted only to what likely is of that kind, and what a site or a department may, only at the addresses that are theirs: a
        guess takes no finding away, and a device with one foot in the workshop is not allowed at the plant what the workshop allows.
        """
        address = endpoint.address or device.address
        rule = self._laid_over(*self._whose(device, address, Confidence.LIKELY), self.rules)
        if rule is None:
            return ""
        if rule.opens(endpoint):
            return rule.where("ports")
        named = ((rule.speak or frozenset()) | (rule.talk or frozenset())) - carriers()
        spoken = counts_as(protocol)
        inside = {name for name in named if name in secure_forms() and spoken in ("", "tls", secure_forms()[name])}
        name = at_own_port(endpoint, inside) or spoken or at_own_port(endpoint, named)
        return rule.where("talk" if name in talk_words() else "speak") if name in named else ""


def _fits(rule: Rule, kind: str, site: str, department: str) -> bool:
    return rule.kind in ("", kind) and rule.site in ("", site) and rule.department in ("", department)


def _particular(rule: Rule) -> tuple[bool, bool, bool]:
    return bool(rule.site), bool(rule.department), bool(rule.kind)


def _over(general: Rule, particular: Rule) -> Rule:
    said = particular.said
    places = {**dict(general.places), **dict.fromkeys(said, particular.place)}
    return replace(
        general,
        kind=particular.kind or general.kind,
        site=particular.site or general.site,
        department=particular.department or general.department,
        place=particular.place,
        places=tuple(sorted(places.items())),
        **said,
    )


def rule_of_row(row: Mapping[str, Any], place: str) -> Rule:
    """A rule as a file has it, its values known to be sound: kinds, protocols and ports as words in lists."""
    lists: dict[str, Any] = {
        name: spelt_out(row[name]) if name != "ports" else frozenset(row[name])
        for name in ("speak", "ports", "talk")
        if name in row
    }
    return Rule(
        kind="" if row["kind"] == ANY else row["kind"],
        site=row.get("site", ""),
        department=row.get("department", ""),
        min_tls=row.get("min_tls", ""),
        reach=tuple(row.get("reach", ())),
        severity=Severity[row["severity"].upper()] if "severity" in row else None,
        place=place,
        **lists,
    )


def shipped_text() -> str:
    """The policy that is shipped, as its file has it."""
    return importlib.resources.files("checks").joinpath("data/policy.toml").read_text(encoding="utf-8")


@cache
def built_in() -> Policy:
    """The policy that is shipped."""
    text = shipped_text()
    rules = tuple(_shipped(tomllib.loads(text).get("rule", ())))
    return Policy(shipped=rules, hash=hashlib.sha256(text.encode()).hexdigest())


def _shipped(rows: Iterable[Mapping[str, Any]]) -> Iterable[Rule]:
    return (rule_of_row(row, SHIPPED) for row in rows)
