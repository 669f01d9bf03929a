"""`tocsin policy`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inventory.errors import ConfigError
from inventory.text import counted
from scanner.commands.scan import policy_file
from scanner.exits import Exit
from scanner.options import Options
from scanner.output import show, write

if TYPE_CHECKING:
    from checks.policy import Policy, Rule
    from inventory.model import Device
    from scanner.config import Settings


@click.group(short_help="Learn, check and show what each kind of device may do.")
def command() -> None:
    """Learn, check and show what each kind of device may do: which services it may offer, how it may announce itself, and with which TLS.

    A policy holds where tocsin.toml names it (`[policy] file = "policy.toml"`), or a scan is given it with --policy; what it does not say, and
    without one all, is as the built-in policy has it. None is taken for lying there: what it allows is no longer reported.
    """


@command.command(short_help="Write a draft of a policy from what was seen.")
@click.option("--scan", metavar="ID", help="Only what that scan saw.  [default: the newest scan of each network]")
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write FILE, which must not be there yet.  [default: standard output]",
)
@click.pass_obj
def learn(options: Options, scan: str | None, file: Path | None) -> None:
    """Write a draft of policy.toml from what the devices in the inventory were seen to do.

    It allows what was seen, kind by kind; what a check reports, such as Telnet, only where a person takes the comment's mark away. Its comments say how
    many devices do what, who is alone with it, and what the built-in policy does not allow: take out what should not be.
    """
    from scanner.newest import newest
    from scanner.policy_draft import draft, reported

    if file and file.exists():
        raise ConfigError(f"{file} is there already, and nothing is written over it: name another file")
    with options.open_store() as store:
        found = newest(store, scan)
    if not found.assessments:
        raise ConfigError("there is nothing to learn from: no device was found")
    scans = ", ".join(f"scan {one.id}" for one in found.scans)
    text = draft((one.device for one in found.assessments), scans, reported(found.assessments))
    if file is None:
        write(text)
        return
    _write_new(file, text)
    write(f"{file} is written. Read it line by line; `tocsin policy check {file}` says what it would report.\n")


def _write_new(path: Path, text: str) -> None:
    """Put the text into a file that is not there yet, its owner's alone: it names what is weak."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


@command.command(short_help="Say what a policy would report on the newest scans.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def check(options: Options, file: Path | None) -> Exit:
    """Say what a policy would report on the newest scan of each network, and exit with 1 where that is anything.

    FILE is a policy.toml; without one, the policy that is in force. Of a service that another check reports, the built-in policy says nothing more; your own
    does. Nothing is sent, and nothing is stored.
    """
    from checks.deviations import deviations, doubts
    from scanner.newest import newest
    from scanner.terminal import band, cell, name_of, table

    policy = options.policy(file)
    with options.open_store() as store:
        devices = [one.device for one in newest(store).assessments]
    if not devices:
        raise ConfigError("there is nothing to hold a policy against: no scan in the inventory has found a device")
    rows = table("device", "is", "port", "deviation", "severity", "rule")
    rows.columns[0].no_wrap = True
    judged = {device.identity: deviations(device, policy) for device in devices if not device.untrusted}
    for device in devices:
        for one in judged.get(device.identity, ()):
            port = f"{one.endpoint.port}/{one.endpoint.transport}" if one.endpoint.port else "-"
            texts = (device.address, name_of(device), port, one.what)
            rows.add_row(*map(cell, texts), band(one.severity), cell(one.place))
    found = sum(map(len, judged.values()))
    unsure = sum(len(doubts(device, policy)) for device in devices if device.identity in judged)
    told = _told(policy, devices, found, unsure)
    show(*([rows] if found else []), *map(cell, told))
    return Exit.FINDINGS if found else Exit.CLEAN


def _told(policy: Policy, devices: list[Device], found: int, unsure: int) -> list[str]:
    ruled = [device for device in devices if not device.untrusted and policy.rule_for(device) is not None]
    lines = [
        f"{counted(found, 'deviation')} from the policy {policy.title}, on {counted(len(ruled), 'device')} with a rule"
    ]
    if len(ruled) < len(devices):
        lines.append(
            f"{counted(len(devices) - len(ruled), 'device')} without: of a kind that is not known, or proving nothing"
        )
    if unsure:
        lines.append(f"{counted(unsure, 'open port')} could not be examined, and cannot be judged")
    return lines


@command.command("show", short_help="Print what a kind of device may do.")
@click.argument("kind", required=False)
@click.option("--site", metavar="NAME", default="", help="What holds at that site of tocsin.toml.")
@click.option("--department", metavar="NAME", default="", help="What holds for that department.  [default: the site's]")
@policy_file
@click.pass_obj
def show_rule(options: Options, kind: str | None, site: str, department: str, policy: Path | None) -> None:
    """Print what a kind of device may do, and where each word of that stands; without KIND, what all kinds may."""
    from inventory.model import KINDS
    from scanner.toml_table import meant_by

    settings = options.settings()
    if kind is not None and kind not in KINDS:
        raise ConfigError(f"there is no kind {kind!r}{meant_by(kind, KINDS)}")
    department = _department(settings, site, department)
    held = options.policy(policy)
    if kind is None:
        _show_all(held, site, department)
    else:
        _show_one(held, kind, held.rule_of(kind, site, department))


def _department(settings: Settings, site: str, department: str) -> str:
    """The department that is meant; `ConfigError` for a site or a department that is none."""
    from scanner.toml_table import meant_by

    if site:
        department = department or settings.site(site).department
    known = sorted({one.department for one in settings.sites} - {""})
    if department and department not in known:
        raise ConfigError(f"there is no department {department!r} in {settings.path}{meant_by(department, known)}")
    return department


def _words(rule: Rule) -> dict[str, str]:
    """Every field of a rule as it is read aloud."""
    from checks.policy import ANY
    from checks.services import in_words

    everything = "any"
    ports = ", ".join(sorted(rule.ports or ()))
    return {
        "speak": in_words(rule.speak) if rule.speak is not None else "only at these ports" if ports else everything,
        "ports": ports or "-",
        "min_tls": "none" if rule.min_tls in ("", ANY) else rule.min_tls,
        "talk": everything if rule.talk is None else in_words(rule.talk),
        "reach": ", ".join(rule.reach) or "from anywhere",
        "severity": rule.severity.label if rule.severity is not None else "low",
    }


def _show_one(policy: Policy, kind: str, rule: Rule | None) -> None:
    from scanner.terminal import cell, table

    if rule is None:
        show(cell(f"the policy {policy.title} says nothing of the kind {kind}"))
        return
    rows = table("", "is", "where it stands")
    for name, text in _words(rule).items():
        rows.add_row(cell(name, "bold"), cell(text), cell(rule.where(name) if name in rule.said else "-"))
    show(cell(f"{kind}, by the policy {policy.title}"), rows)


def _show_all(policy: Policy, site: str, department: str) -> None:
    from inventory.model import KINDS
    from scanner.terminal import cell, table

    rows = table("kind", "speak", "ports", "min TLS", "talk", "reach", "severity")
    rows.columns[0].no_wrap = True
    for kind in KINDS:
        rule = policy.rule_of(kind, site, department)
        if rule is not None:
            rows.add_row(cell(kind), *map(cell, _words(rule).values()))
    show(cell(f"by the policy {policy.title}"), rows)
