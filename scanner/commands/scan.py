"""`tocsin scan`: find, identify, check, rank and report."""

from __future__ import annotations

import asyncio
import signal
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inventory.model import Level, Severity
from scanner.boundary import unheard
from scanner.exits import Exit, exit_for
from scanner.options import Options
from scanner.output import Outputs, show_report, to_files, write

if TYPE_CHECKING:
    from inventory.report import Report
    from scanner.city import City
    from scanner.events import Observer
    from scanner.job import Job
    from scanner.pipeline import Run

LEVELS = {level.label: level for level in Level}
SEVERITIES = {severity.label: severity for severity in Severity}
OF_PROFILES = "What TLS is held against: device (the default), mozilla-modern, mozilla-intermediate, nist-800-52r2, bsi-tr-02102-2."
pace = click.option(
    "--pace",
    type=click.Choice(["gentle", "normal", "lab"]),
    help="How fast (normal, unless the site says otherwise): packets and connections, of the scan and of each device.",
)
known_keys = click.option(
    "--known-keys",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Hashes of further keys whose private half is known, one a line; may be given several times.",
)
policy_file = click.option(
    "--policy",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What each kind of device may do.  [default: that of tocsin.toml, else what is shipped]",
)
max_intel_age = click.option(
    "--max-intel-age",
    type=click.IntRange(0),
    metavar="DAYS",
    help="End with exit code 3 where the intelligence is older than that; above 45 days every report says so anyway.",
)
fail_on_severity = click.option(
    "--fail-on",
    type=click.Choice(list(SEVERITIES)),
    default="high",
    show_default=True,
    help="End with exit code 1 from this severity on.",
)
notified = click.option(
    "--notify",
    "urls",
    multiple=True,
    metavar="URL",
    help="Tell this address of what got worse, once (mail, chat or webhook, as apprise writes it); may be given several times.",
)
notified_on = click.option(
    "--notify-on",
    type=click.Choice(list(SEVERITIES)),
    help="Tell from this severity on.  [default: notify_on of [night] in tocsin.toml, else high]",
)


@click.command(short_help="Find, identify, check and rank the devices of a network.")
@click.argument("targets", nargs=-1, metavar="[NETWORK]...")
@click.option("--site", metavar="NAME", help="A site of tocsin.toml, with its networks and limits.")
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    help="identify asks only what a device tells anyone; login also tries documented default accounts.",
)
@pace
@click.option("--checks", multiple=True, metavar="ID", help="Only this check or family; may be given several times.")
@click.option("--ports", metavar="LIST", help="Only these TCP ports: 22,80,8000-8100.")
@click.option(
    "--engine", type=click.Choice(["builtin", "nmap"]), default="builtin", help="What finds the hosts and ports."
)
@click.option(
    "--vantage",
    metavar="NAME",
    help="Where in the network this machine stands, in a word: office, guest-wifi. `tocsin reach` compares what each such place reaches.",
)
@click.option("--authorised-by", metavar="TEXT", help="By whose word networks are scanned that no site approves.")
@click.option("--multicast", is_flag=True, help="Also ask everybody on each segment at once: SSDP, mDNS and the like.")
@click.option(
    "--active-budget",
    type=click.IntRange(0, 200),
    metavar="N",
    help="At most about N packets to each device beyond the port sweep (a conversation that has begun is finished). What `tocsin listen` or `import`"
    " learnt in the last 30 days is not asked again; what is left out is said.",
)
@click.option(
    "--generic", is_flag=True, help="At level login, also try the few commonest accounts on what was not identified."
)
@click.option(
    "--tls",
    multiple=True,
    type=click.Choice(["posture", "full", "vulnerabilities"]),
    help="How much TLS is asked: the posture (at most 15 hellos an endpoint; the default) or every suite in full; vulnerabilities also tests for known flaws,"
    " at level login. May be given several times.",
)
@click.option("--tls-profile", metavar="NAME", help=OF_PROFILES)
@known_keys
@policy_file
@click.option("--window", metavar="HH:MM-HH:MM", help="Scan only within these hours.")
@click.option("--resume/--fresh", help="Go on with the interrupted scan of the same question, or begin anew.")
@fail_on_severity
@max_intel_age
@click.option(
    "--format",
    "named",
    metavar="NAME",
    help="Print the report in this format instead of as text; jsonl prints each device as soon as it is judged. `tocsin report --help` lists them.",
)
@to_files
@click.option("--plan", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option("--yes-large", is_flag=True, help="Scan more than 65,536 addresses.")
@click.option("--quiet", is_flag=True, help="No progress and no table; the exit code, the files and --format speak.")
@click.option("--low-ports-at", type=click.IntRange(0, 60000), default=0, hidden=True)
@click.pass_obj
def command(
    options: Options,
    /,
    *,
    fail_on: str,
    max_intel_age: int | None,
    named: str | None,
    files: tuple[Path, ...],
    plan: bool,
    quiet: bool,
    resume: bool,
    **wishes: Any,
) -> int:
    """Find the devices of a network, check them, and rank them by what to fix first.

    NETWORK is a network (10.20.0.0/24), a range (10.20.0.5-20), an address, a name, an IPv6 segment of this machine (fd00:77::/64, fe80::/64%eth0), or @FILE
    with such words in it. Without one, the site of tocsin.toml is scanned.
    """
    from scanner.editing import edition
    from scanner.jobs import Request, build, resumed
    from scanner.left_behind import left_behind, why_left
    from scanner.ranking import ranked
    from scanner.report import format_named
    from scanner.streaming import Streaming

    printed = format_named(named) if named else None
    level, policy = LEVELS.get(wishes.pop("level") or ""), options.policy(wishes.pop("policy"))
    now = datetime.now().astimezone()
    job = build(Request(level=level, **wishes), options.settings(), now, options.intelligence(), policy)
    outputs = Outputs(files)
    city = options.city(policy=policy)  # read before a packet is sent: a waiver that cannot be followed costs no night
    if resume and not plan:
        with options.open_store(create=True) as store:
            unfinished = store.unfinished(job.plan)
            if unfinished is None:
                left = left_behind(job.scan, store.scans())
                none = "there is no interrupted scan of this question; this one begins anew"
                click.echo(f"note: {why_left(job.scan, left) if left else none}", err=True)
            else:
                job = resumed(job, unfinished, store.assessed(unfinished.id))
    if plan:
        from scanner.plan import describe

        write(describe(job))
        return Exit.CLEAN
    with Streaming(printed, job.scan, city) as telling:
        report = ranked(_scan(options, job, city, telling, quiet=quiet or telling.on_a_terminal), city)
    history = outputs.history or bool(printed and printed.history)
    told = edition(report, city, options, history=history)
    try:
        if printed:
            telling.end(told)
        elif not quiet:
            show_report(report)
    finally:  # a standard output that fails takes no file with it
        outputs.write_edition(told)
    days = options.settings().intel_max_age if max_intel_age is None else max_intel_age
    return exit_for(report, SEVERITIES[fail_on], days)


def _scan(options: Options, job: Job, city: City, telling: Observer, *, quiet: bool) -> Report:
    from scanner.audit import Audit
    from scanner.progress import watch, with_rank
    from scanner.scanning import prepared
    from scanner.streaming import all_of

    with (
        options.open_store(create=True) as store,
        Audit(options.audit_path()) as audit,
        watch(quiet=quiet) as observe,
    ):
        return asyncio.run(_run(prepared(job, store, audit, all_of(with_rank(observe, city), telling))))


async def _run(run: Run) -> Report:
    """Run it to its end; the first Ctrl-C or SIGTERM lets the open devices finish, the second ends it at once."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unheard)

    def stop(number: int) -> None:
        loop.remove_signal_handler(number)
        run.interrupted.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    return await run.report()
