"""`tocsin report`."""

from __future__ import annotations

import gc
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inventory.errors import ConfigError
from inventory.text import counted
from scanner.commands.scan import policy_file
from scanner.earlier import of_site, others
from scanner.options import Options
from scanner.output import Outputs, pager_option, show_page, show_report, to_files, write

if TYPE_CHECKING:
    from inventory.report import Report
    from scanner.city import City
    from scanner.telling import Telling


AUDIENCES = ("technician", "department", "executive", "public")


class WithFormats(click.Command):
    """Its help ends with the list of formats, which are read only for that."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The formats by their names, how their files end, and what they are."""
        from scanner.report import formats

        with formatter.section("Formats"):
            formatter.write_dl([(f"{one.name} ({one.suffix})", one.about) for one in formats().values()])


@click.command(cls=WithFormats)
@click.argument("scan", required=False)
@click.option("--format", "named", metavar="NAME", help="Print it in this format instead of as text.")
@click.option(
    "--rescore",
    is_flag=True,
    help="Judge the devices anew by the intelligence and the policy of today, as they were seen then; nothing is sent, and the stored scan stays as it is.",
)
@policy_file
@click.option(
    "--no-timestamps",
    is_flag=True,
    help="Leave out when it was made, and what changed since: the same state gives the same bytes.",
)
@click.option(
    "--for",
    "audience",
    type=click.Choice(AUDIENCES),
    default=AUDIENCES[0],
    show_default=True,
    help="For whom: a technician has all; a department its own devices in plain language, with who to call; an executive one page; the public numbers only.",
)
@click.option(
    "--department",
    metavar="NAME",
    help="With --for department: whose devices. A file named -o 'reports/{department}.html' instead is written for each department.",
)
@click.option(
    "--share-safe",
    is_flag=True,
    help="Replace every address, name, serial number, person, department, site and id by another, the same in all reports of this inventory.",
)
@click.option(
    "--share-key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The key of those pseudonyms, 32 bytes.  [default: share.key beside the inventory, made when it is first needed]",
)
@click.option("--site", metavar="NAME", help="The newest scan of this site.  [default: the newest scan of all]")
@to_files
@pager_option
@click.pass_obj
def command(
    options: Options,
    /,
    *,
    scan: str | None,
    named: str | None,
    files: tuple[Path, ...],
    no_timestamps: bool,
    audience: str,
    **wishes: Any,
) -> None:
    """Print the report of a scan, or write it to files.

    SCAN is an id or its beginning; without one, the newest. What is accepted is what the waivers say today, however old the scan is.
    """
    from scanner.audiences import Audience
    from scanner.ranking import ranked
    from scanner.telling import Telling, Wanted, spread

    gc.disable()  # its records live to the end: to look through those of a large city for rubbish would take two thirds of the time of reading them
    wanted = Wanted(Audience(audience), *(wishes.pop(name) for name in ("department", "share_safe", "share_key")))
    wanted.check(files, named)
    Outputs([path for path in files if not wanted.is_for_all(path)], wanted.format_for)
    city = options.city()
    report = ranked(_stored(options, scan, **wishes), city)
    several = spread(wanted, files, report, city, options)
    for one, paths in several:
        telling = Telling(one, report, city, options)
        _tell(telling, report, city, options, Outputs(paths, telling.format_for), named, timestamps=not no_timestamps)
    if len(several) > 1 or (files and several[0][0] is not wanted):
        click.echo(f"{counted(len(several), 'department')}, each with {', '.join(map(str, files))}", err=True)


def _tell(
    telling: Telling,
    report: Report,
    city: City,
    options: Options,
    outputs: Outputs,
    named: str | None,
    *,
    timestamps: bool,
) -> None:
    """Write one telling to its files, or print it."""
    from scanner.audiences import Audience
    from scanner.editing import edition
    from scanner.edition import timeless

    printed = telling.format_named(named) if named else None
    is_page = telling.wanted.audience is not Audience.TECHNICIAN
    history = timestamps and (outputs.history or is_page or bool(printed and printed.history))
    told = telling.told(edition(report, city, options, history=history))
    told = told if timestamps else timeless(told)
    outputs.write_edition(told)
    if printed:
        for piece in printed.render(told):
            write(piece)
    elif not outputs.any:
        show_page(telling.page(told)) if is_page else show_report(told.report)


def _stored(options: Options, scan: str | None, *, site: str | None, rescore: bool, policy: Path | None) -> Report:
    """The scan, or the newest of a site, as it is stored, or judged anew."""
    if scan is not None and site is not None:
        raise ConfigError("give either --site or a scan, not both")
    if policy and not rescore:
        raise ConfigError("--policy changes how a stored scan is judged, which only --rescore does")
    with options.open_store() as store:
        scans = store.scans()
        report = store.report(scan if site is None else of_site(site, scans))
    if scan is None and site is None:
        click.echo(others(report.scan, scans, "tocsin report"), err=True, nl=False)
    if not rescore:
        return report
    from scanner.rescoring import rescore as judged_anew

    today = datetime.now().astimezone().date()
    return judged_anew(report, options.intelligence(), today, options.settings().department, options.policy(policy))
