"""The waivers file: what the city lives with, by whose word, why and until when. Whatever is wrong with it is a `ConfigError` that names file and line."""

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from inventory.model import KINDS, Device, Severity
from inventory.register import Entry
from inventory.review import Found, Sought, review
from inventory.waivers import CRITERIA, LONGEST, Belonging, Belongs, Network, Trace, Waiver, Waivers
from scanner.city import City
from scanner.toml_table import Table, in_short, meant_by, read_toml

if TYPE_CHECKING:
    from inventory.report import Report
    from inventory.waivers import Standing
    from scanner.config import Settings

DEFAULT = "waivers.toml"
LONGEST_OWNER, LONGEST_REASON = 200, 2000
"""Characters: it is a name and a sentence or two, and stands in every report."""
_ID = re.compile("[0-9a-f]{16}")
_MAC = re.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_NARROWER = tuple(name for name in CRITERIA if name != "check")


def load_waivers(path: Path, today: date) -> tuple[Waiver, ...]:
    """Read and check the file; of what names the very same, one entry at most may not be over."""
    top = read_toml(path)
    top.only("waiver")
    standing: dict[tuple[str, Severity | None], Waiver] = {}
    made = []
    for table in top.tables("waiver"):
        waiver = _waiver(table, today)
        made.append(waiver)
        if waiver.is_over(today):
            continue
        other = standing.setdefault((waiver.subject, waiver.severity), waiver)
        if other is not waiver:
            raise table.error(f"{waiver.subject} is accepted already, in line {other.line}: keep one of the two")
    return tuple(made)


def waived(city: City, waivers: Waivers, sought: Sought) -> City:
    """The city that lives with what they hold for; `sought` finds where findings were seen last."""

    def stand(report: "Report") -> tuple["Standing", ...]:
        scan = report.scan
        asked = not scan.is_passive and not scan.ports
        found = Found(
            report.assessments, report.fleet, asked, scan.ended is not None, fleet_checks=fleet_checks(waivers)
        )
        return review(waivers, found, sought)

    return replace(city, accepted=waivers.accepted, together=waivers.accepted_together, waivers=stand)


def fleet_checks(waivers: Waivers) -> frozenset[str]:
    """The ids of the checks that judge all devices together, where a waiver names a check at all."""
    if not any(rule.check for rule in waivers.rules):
        return frozenset()
    from checks.contract import load_fleet_checks

    return frozenset(check.id for check in load_fleet_checks())


def belonging(city: City, settings: "Settings") -> Belongs:
    """Where a device belongs: what the register vouches for, and each site of tocsin.toml that has one of its addresses."""

    def belongs(device: Device) -> Belonging:
        row = (city.register.vouched(device) if city.register else None) or Entry(0)
        department = row.department or city.department(device.address)
        sites = [
            site for site in settings.sites if any(_is_within(address, site.networks) for address in device.addresses)
        ]
        return Belonging(
            frozenset(filter(None, (row.site, *(site.name for site in sites)))),
            frozenset(filter(None, (department, *(site.department for site in sites)))),
        )

    return belongs


def nowhere(_: Collection[str]) -> Mapping[str, Trace]:
    """No finding was ever seen."""
    return {}


def latest(accepted: date) -> date:
    """The last day that a waiver of that day may have."""
    return accepted + LONGEST


def wordless(text: str, longest: int) -> str:
    """What is wrong with an owner or a reason, as the end of a sentence; "" where it can be read."""
    if not any(unicodedata.category(character)[0] not in "CZ" for character in text):
        return "is empty"
    return f"has more than {longest:,} characters" if len(text) > longest else ""


def _is_within(address: str, networks: Collection[Network]) -> bool:
    try:
        there = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # known by its MAC address only
        return False
    return any(there in network for network in networks)


def _waiver(table: Table, today: date) -> Waiver:
    table.only("finding", *CRITERIA, "severity", "owner", "reason", "until", "accepted")
    accepted, until = _term(table, today)
    texts = {name: _text(table, name) for name in ("device", "vendor", "model", "site", "department", "facet")}
    waiver = Waiver(
        owner=_words(table, "owner", LONGEST_OWNER, "who answers for it"),
        reason=_words(table, "reason", LONGEST_REASON, "why the city lives with it"),
        until=until,
        accepted=accepted,
        finding=_finding(table),
        check=_check(table),
        address=_address(table),
        network=_network(table),
        kind=_kind(table),
        port=_port(table),
        severity=_severity(table),
        **texts,
        file=table.path.name,
        line=table.line(),
    )
    _refuse_boundless(table, waiver)
    return waiver


def _refuse_boundless(table: Table, waiver: Waiver) -> None:
    named = waiver.criteria
    if not named:
        raise table.error("[[waiver]] would accept everything: name a finding, or a check and where")
    if waiver.finding:
        return
    if not waiver.check:
        raise table.error(
            f"[[waiver]] names {' and '.join(named)} and no check: it would accept whatever is ever found there; name the check"
        )
    if len(named) == 1:
        raise table.error(
            f"[[waiver]] would accept all that {waiver.check} ever finds: name where besides ({', '.join(_NARROWER)})",
            "check",
        )


def _term(table: Table, today: date) -> tuple[date | None, date]:
    """The day on which it was accepted and its last."""
    accepted, until = table.date("accepted"), table.date("until")
    if until is None:
        raise table.error("[[waiver]] needs until, its last day, such as until = 2027-03-31")
    if accepted is not None and accepted > today:
        raise table.error(f"accepted is {accepted}, which is yet to come: today is {today}", "accepted")
    if accepted is not None and until < accepted:
        raise table.error(f"until is {until}, before it was accepted on {accepted}", "until")
    try:
        last = latest(accepted or today)
    except OverflowError:
        raise table.error(f"accepted is {accepted}, which is no day of this city", "accepted") from None
    if until > last:
        since = (
            f"after it was accepted on {accepted}"
            if accepted
            else "from today, as it does not say when it was accepted"
        )
        raise table.error(f"until is {until}, more than {LONGEST.days} days {since}: {last} at the latest", "until")
    return accepted, until


def _words(table: Table, key: str, longest: int, what: str) -> str:
    if key not in table.values:
        raise table.error(f"[[waiver]] needs {key}: {what}")
    text = table.text(key)
    wrong = wordless(text, longest)
    if wrong:
        raise table.error(f"{key} {wrong}: say {what}", key)
    return text.strip()


def _text(table: Table, key: str) -> str:
    return table.required(key) if key in table.values else ""


def _finding(table: Table) -> str:
    word = _text(table, "finding")
    if word and not _ID.fullmatch(word):
        raise table.error(
            f"finding {word!r} is no id: one has 16 digits of 0-9 and a-f, as `tocsin show` prints it", "finding"
        )
    return word


def _check(table: Table) -> str:
    word = _text(table, "check")
    if word:
        known = known_checks()
        if word not in known:
            meant = meant_by(word, known)
            hint = meant if "did you mean" in meant else "; `tocsin checks` lists them"
            raise table.error(f"there is no check {word!r}{hint}", "check")
    return word


def known_checks() -> tuple[str, ...]:
    """The ids of every check."""
    from checks.contract import load_checks, load_fleet_checks  # they are many, and most files name none

    return (*(check.id for check in load_checks()), *(check.id for check in load_fleet_checks()))


def _kind(table: Table) -> str:
    word = _text(table, "kind")
    if word and word not in KINDS:
        raise table.error(f"there is no kind {word!r}{meant_by(word, KINDS)}", "kind")
    return word


def _address(table: Table) -> str:
    word = _text(table, "address")
    if not word or _MAC.fullmatch(word.casefold()):
        return word.casefold()
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        raise table.error(
            f"{word!r} is no address such as '10.20.0.5'; a network has a key of its own, network", "address"
        ) from None


def _network(table: Table) -> Network | None:
    word = _text(table, "network")
    if not word:
        return None
    try:
        network = ipaddress.ip_network(word)
    except ValueError as error:
        raise table.error(f"{word!r} is no network such as '10.20.0.0/22': {error}", "network") from None
    if not network.prefixlen:
        raise table.error(f"the network {word} is every address there is, and narrows nothing", "network")
    return network


def _severity(table: Table) -> Severity | None:
    word, known = _text(table, "severity"), [severity.label for severity in Severity]
    if word and word not in known:
        raise table.error(f"there is no severity {word!r}{meant_by(word, known)}", "severity")
    return Severity[word.upper()] if word else None


def _port(table: Table) -> int | None:
    port = table.values.get("port")
    if port is not None and (type(port) is not int or not 0 < port < 65536):
        raise table.error(f"port must be a number from 1 to 65535, not {in_short(port)}", "port")
    return port
