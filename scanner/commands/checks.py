"""`tocsin checks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inventory.errors import ConfigError
from scanner.output import pager_option, show, show_text

if TYPE_CHECKING:
    from checks.contract import Check, FleetCheck


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List the checks, or explain one."""
    if context.invoked_subcommand is None:
        _list()


@command.command(short_help="Print the manual page of CHECK.")
@click.argument("check")
@pager_option
def explain(check: str) -> None:
    """Print the manual page of CHECK: what, why it matters in a city, how to fix."""
    from checks.contract import Check
    from checks.standards import in_words, whom_they_bind

    every = {each.id: each for each in _every()}
    if check not in every:
        raise ConfigError(f"there is no check {check!r}; known: {', '.join(sorted(every))}")
    found = every[check]
    level = f", level {found.level.label}" if isinstance(found, Check) else ", over all devices"
    lines = [
        f"{found.id}: {found.title}",
        f"{found.family.value}, {found.severity.label}{level}",
        "",
        found.manual,
        "",
        f"Remedy: {found.remedy}",
        f"Kind of work: {found.act}",
        *([f"Judged by: {'; '.join(found.sources)}"] if found.sources else []),
        *(["", "Standards:"] if found.standards else []),
        *(f"  {line}" for line in in_words(found.standards)),
        *([told] if (told := whom_they_bind(found.standards)) else []),
    ]
    show_text(f"{line}\n" for line in "\n".join(lines).splitlines())


def _list() -> None:
    from checks.contract import Check
    from scanner.terminal import band, cell, table

    rows = table("check", "family", "severity", "level", "title")
    for check in _every():
        level = check.level.label if isinstance(check, Check) else "all devices"
        rows.add_row(cell(check.id), cell(check.family), band(check.severity), cell(level), cell(check.title))
    show(rows)


def _every() -> list[Check | FleetCheck]:
    """All of them, by id."""
    from checks.contract import load_checks, load_fleet_checks

    found: list[Check | FleetCheck] = [*load_checks(), *load_fleet_checks()]
    return sorted(found, key=lambda each: each.id)
