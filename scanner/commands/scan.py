"""`tocsin scan`: find, identify, check, rank and report."""

import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from inventory.model import Level, Report, Severity

LEVELS = {level.label: level for level in Level}
SEVERITIES = {severity.label: severity for severity in Severity}


@click.command()
@click.argument("targets", nargs=-1, metavar="[NETWORK…]")
@click.option("--site", metavar="NAME", help="A site of tocsin.toml, with its networks and limits.")
@click.option("--level", type=click.Choice(list(LEVELS)), help="identify asks only what a device tells anyone; login tries documented default accounts.")
@click.option("--pace", type=click.Choice(["gentle", "normal", "lab"]), help="How fast (normal unless the site says otherwise).")
@click.option("--checks", multiple=True, metavar="ID", help="Only these checks or families; may be given several times.")
@click.option("--ports", metavar="LIST", help="Only these TCP ports: 22,80,8000-8100.")
@click.option("--engine", type=click.Choice(["builtin", "nmap"]), default="builtin", show_default=True, help="What finds hosts and ports.")
@click.option("--authorised-by", metavar="TEXT", help="By whose word networks are scanned that tocsin.toml does not hold.")
@click.option("--window", metavar="HH:MM-HH:MM", help="Scan only within these hours.")
@click.option("--resume/--fresh", default=False, help="Go on with the interrupted scan of the same targets, or start anew (the default).")
@click.option("--fail-on", type=click.Choice(list(SEVERITIES)), default="high", show_default=True, help="Exit with 1 from this severity on.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FILE", help="Also write the report; the suffix names the format (.json, .txt).")
@click.option("--plan", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("--yes-large", is_flag=True, help="Scan more than 65,536 addresses.")
@click.option("--quiet", is_flag=True, help="No progress and no table.")
@click.option("--low-ports-at", type=click.IntRange(min=0, max=60000), default=0, hidden=True)
@click.pass_obj
def scan(context: Any, targets: tuple[str, ...], **options: Any) -> None:
    """Find the devices of a network, check them, and rank them by what to fix first.

    NETWORK is a network (10.20.0.0/24), a range (10.20.0.5-20), an address, a name, or @FILE with one of them a line. Without any, the site of tocsin.toml.
    """
    from scanner.config import load_settings
    from scanner.jobs import Request, build

    keys = ("site", "level", "pace", "checks", "ports", "engine", "authorised_by", "window", "yes_large", "low_ports_at")
    wishes = {key: options[key] for key in keys}
    wishes["level"] = LEVELS[wishes["level"]] if wishes["level"] else None
    settings = load_settings(context.config)
    job = build(Request(targets=targets, **wishes), settings, datetime.now().astimezone())
