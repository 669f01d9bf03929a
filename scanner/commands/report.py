"""`tocsin report`."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import datetime
from functools import partial
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
    from scanner.edition import Edition
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
@click.option(
    "--all-sites",
    is_flag=True,
    help="The newest scan of every site, put together into one report.  [default for a department, an executive and the public]",
)
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
    from scanner.editing import edition
    from scanner.telling import Telling, Wanted, spread

    gc.disable()  # its records live to the end: to look through those of a large city for rubbish would take two thirds of the time of reading them
    wanted = Wanted(Audience(audience), *(wishes.pop(name) for name in ("department", "share_safe", "share_key")))
    wanted.check(files, named)
    Outputs([path for path in files if not wanted.is_for_all(path)], wanted.format_for)
    city = options.city()
    report, parts = _ranked(options, city, audience, scan, **wishes)
    several = spread(wanted, files, report, city, options)
    for one, paths in several:
        telling = Telling(one, report, city, options)
        history = partial(edition, report, city, options, parts=parts)
        _tell(telling, history, Outputs(paths, telling.format_for), named, timestamps=not no_timestamps)
    if departments := [one for one, _ in several if one is not wanted]:
        each_has = ", ".join(str(path) for path in files if wanted.is_for_all(path))
        click.echo(f"{counted(len(departments), 'department')}: {each_has}", err=True)


def _tell(
    telling: Telling, made: Callable[..., Edition], outputs: Outputs, named: str | None, *, timestamps: bool
) -> None:
    """Write one telling of the edition that is `made` with its history or without, to its files, or print it."""
    from scanner.audiences import Audience
    from scanner.edition import timeless

    printed = telling.format_named(named) if named else None
    is_page = telling.wanted.audience is not Audience.TECHNICIAN
    history = timestamps and (outputs.history or is_page or bool(printed and printed.history))
    told = telling.told(made(history=history))
    told = told if timestamps else timeless(told)
    outputs.write_edition(told)
    if printed:
        for piece in printed.render(told):
            write(piece)
    elif not outputs.any:
        show_page(telling.page(told)) if is_page else show_report(told.report)


def _ranked(
    options: Options,
    city: City,
    audience: str,
    scan: str | None,
    *,
    site: str | None,
    all_sites: bool,
    rescore: bool,
    policy: Path | None,
) -> tuple[Report, tuple[Report, ...]]:
    """The scan, the newest of a site, or of every site with what it is put together from; as stored, or judged anew; ranked."""
    if scan is not None and site is not None:
        raise ConfigError("give either --site or a scan, not both")
    if all_sites and (scan is not None or site is not None):
        raise ConfigError("--all-sites takes the newest scan of every site: give no scan and no --site with it")
    if policy and not rescore:
        raise ConfigError("--policy changes how a stored scan is judged, which only --rescore does")
    judged = _judged_anew(options, policy) if rescore else lambda report: report
    with options.open_store() as store:
        scans = store.scans()
        any_site = scan is None and site is None
        if all_sites or (any_site and audience != AUDIENCES[0] and scans and scans[0].site):
            from scanner.citywide import of_all_sites

            return of_all_sites(store, city, options.settings(), judged)
        report = store.report(scan if site is None else of_site(site, scans))
        if any_site:
            click.echo(others(report.scan, scans, "tocsin report", "--all-sites"), err=True, nl=False)
    from scanner.ranking import ranked

    return ranked(judged(report), city), ()


def _judged_anew(options: Options, policy: Path | None) -> Callable[[Report], Report]:
    from scanner.rescoring import rescore

    today, intelligence = datetime.now().astimezone().date(), options.intelligence()
    department, chosen = options.settings().department, options.policy(policy)
    return lambda report: rescore(report, intelligence, today, department, chosen)
