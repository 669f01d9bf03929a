"""The operator's `policy.toml`, read whole or not at all: what cannot be followed, or contradicts itself, is a `ConfigError` that names the file and the line.

[[vantage]]
name = "guest-wifi"          # from where a scan looks: `tocsin scan --vantage guest-wifi`
exposure = "open"            # who may stand there: small, controlled or open
about = "Wireless network of the libraries' guests"

[[rule]]
kind = "camera"              # or "any"
site = "harbour"             # of tocsin.toml; left out: every site
department = "Port"          # of tocsin.toml; left out: every department
speak = ["web", "video"]     # protocols, and groups of them
ports = ["tcp/8000"]         # further ports that may be open, whatever speaks there; ranges too: "tcp/8000-8010"
min_tls = "1.2"              # or "any"
talk = ["discovery"]         # announcement and search on its own segment
reach = ["video-centre"]     # the vantages from which it may be reached
severity = "medium"          # of a deviation; "low" where it is left out
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from checks.policy import ANY, EXPOSURES, FIELDS, TLS_MINIMA, Policy, Rule, Vantage, built_in, port_span, rule_of_row
from checks.services import groups, no_service, speak_words, spelt_out, talk_words
from inventory.model import KINDS
from inventory.operator_file import read_operator_file
from scanner.config import Settings
from scanner.protocols import load_protocols
from scanner.toml_table import LARGEST, Table, meant_by, parse_toml
from scanner.vantage import VANTAGE_IN_WORDS, is_vantage

T = TypeVar("T")
SEVERITIES = ("info", "low", "medium", "high")


def policy_of(settings: Settings, file: Path | None = None) -> Policy:
    """The policy in force: that of the file, else of the one that tocsin.toml names, else the one that is shipped."""
    named = file or settings.policy
    policy = read_policy(named, settings) if named else built_in()
    return belonging(policy, settings)


def belonging(policy: Policy, settings: Settings) -> Policy:
    """The policy with whose each address is by tocsin.toml."""
    return replace(policy, site_of=settings.site_of, department_of=settings.department)


def read_policy(path: Path, settings: Settings) -> Policy:
    """The rules and vantages of a file, over the shipped ones."""
    raw = read_operator_file(path, LARGEST, "policy")
    top = parse_toml(raw, path)
    top.only("vantage", "rule")
    vantages = _each_once(top.tables("vantage"), _vantage, lambda vantage: f"the vantage {vantage.name!r}")
    known = [vantage.name for vantage in vantages]
    rules = _each_once(top.tables("rule"), lambda table: _rule(table, settings, known), _about)
    return Policy(rules, vantages, name=path.name, shipped=built_in().shipped, hash=hashlib.sha256(raw).hexdigest())


def _each_once(tables: Iterable[Table], read: Callable[[Table], T], about: Callable[[T], str]) -> tuple[T, ...]:
    """What the tables say; `ConfigError` naming both lines where two are about the same."""
    found: dict[str, tuple[Table, T]] = {}
    for table in tables:
        made = read(table)
        name = about(made)
        if name in found:
            raise table.error(f"{name} stands twice: it is also in line {found[name][0].line()}; make one of the two")
        found[name] = table, made
    return tuple(made for _, made in found.values())


def _vantage(table: Table) -> Vantage:
    table.only("name", "exposure", "about")
    name = table.required("name")
    if not is_vantage(name):
        raise table.error(f"a vantage is {VANTAGE_IN_WORDS}, not {name[:80]!r}", "name")
    _one_of(table, "exposure", EXPOSURES)
    return Vantage(name, table.text("exposure") or "controlled", table.text("about"))


def _rule(table: Table, settings: Settings, vantages: list[str]) -> Rule:
    table.only("kind", "site", "department", *FIELDS)
    kind = table.required("kind")
    if kind not in (ANY, *KINDS):
        raise table.error(f"there is no kind {kind!r}{meant_by(kind, (ANY, *KINDS))}", "kind")
    _whose(table, settings)
    for name in ("speak", "talk"):
        _protocols(table, name)
    _ports(table)
    _one_of(table, "min_tls", (*TLS_MINIMA, ANY))
    _one_of(table, "severity", SEVERITIES)
    _reach(table, vantages)
    if not set(table.values) & set(FIELDS):
        raise table.error(f"the rule for {kind!r} says nothing: give it one of {', '.join(FIELDS)}")
    return rule_of_row(table.values, f"{table.path.name} line {table.line()}")


def _about(rule: Rule) -> str:
    at = f" at the site {rule.site!r}" if rule.site else ""
    of = f" of the department {rule.department!r}" if rule.department else ""
    return f"the rule for {rule.kind or ANY!r}{at}{of}"


def _whose(table: Table, settings: Settings) -> None:
    """Refuse a site or department that tocsin.toml does not know, and a pair of them that no address can have."""
    site, department = (table.required(key) if key in table.values else "" for key in ("site", "department"))
    departments = {one.name: one.department for one in settings.sites}
    for key, name, known in (("site", site, departments), ("department", department, set(departments.values()) - {""})):
        if name and name not in known:
            where = settings.path or "tocsin.toml"
            raise table.error(f"there is no {key} {name!r} in {where}{meant_by(name, sorted(known))}", key)
    if site and department and departments[site] != department:
        owner = f"belongs to {departments[site]!r}" if departments[site] else "belongs to no department"
        raise table.error(f"the rule can never hold: the site {site!r} {owner}, not to {department!r}", "department")


def _protocols(table: Table, key: str) -> None:
    words = table.list(key, str, "protocols")
    _once(table, key, words)
    for word in words:
        _protocol(table, key, word)


def _protocol(table: Table, key: str, word: str) -> None:
    names = spelt_out([word])
    if not names <= service_words():
        known = _words(talk=key == "talk")
        raise table.error(f"in {key}, there is no protocol or group {word!r}{meant_by(word, known)}", key, word)
    is_talk = names <= talk_words()
    if is_talk and key == "speak":
        raise table.error(f"in speak, {word!r} is announcement and search: write it in talk", key, word)
    if not is_talk and key == "talk":
        raise table.error(f"in talk, {word!r} is a service: write it in speak", key, word)


def _words(*, talk: bool) -> list[str]:
    """What may be written there, groups first."""
    of_groups = [name for name, members in groups().items() if (members <= talk_words()) is talk]
    if talk:
        return [*of_groups, *sorted(talk_words())]
    return [*of_groups, *sorted(service_words() - talk_words())]


def service_words() -> frozenset[str]:
    """Every protocol that a policy can name."""
    return (spelt_out(load_protocols()) | speak_words() | talk_words()) - no_service()


def _ports(table: Table) -> None:
    ports = table.list("ports", str, 'ports such as "tcp/8000"')
    _once(table, "ports", ports)
    for port in ports:
        try:
            port_span(port)
        except ValueError as error:
            raise table.error(f"in ports, {port!r} is none: {error}", "ports", port) from None


def _reach(table: Table, vantages: list[str]) -> None:
    names = table.list("reach", str, "vantages")
    if "reach" in table.values and not names:
        raise table.error("reach names no vantage; leave it out where it may be reached from everywhere", "reach")
    _once(table, "reach", names)
    for name in names:
        if name not in vantages:
            meant = meant_by(name, vantages) or "; a [[vantage]] with that name is missing"
            raise table.error(f"in reach, there is no vantage {name!r}{meant}", "reach", name)


def _once(table: Table, key: str, words: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for word in words:
        if word in seen:
            raise table.error(f"in {key}, {word!r} stands twice", key, word)
        seen.add(word)


def _one_of(table: Table, key: str, known: tuple[str, ...]) -> None:
    word = table.text(key)
    if key in table.values and word not in known:
        raise table.error(f"{key} is one of {', '.join(known)}, not {word!r}", key)
