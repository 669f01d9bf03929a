"""`tocsin intel`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inventory.errors import ConfigError
from inventory.text import one_line
from scanner.exits import Exit
from scanner.options import Options
from scanner.output import show, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from checks.archive import Archive
    from scanner.intel.gate import Age
    from scanner.intel.update import Change, Renewed

older = click.option("--allow-older", is_flag=True, help="Take what is older than what is in force, or far less of it.")

_SHOWN = 20


@click.group(short_help="Renew, show and hand on what is known of versions and holes.")
def command() -> None:
    """Renew, show and hand on the intelligence: what is known of versions, of how long makers care for them, and of their holes.

    It is one file, which a scan reads and never changes: no scan contacts anybody for it.
    """


@command.command(short_help="Make newer intelligence of what each SOURCE says now.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Take every source whose files are in FOLDER or below.",
)
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path),
    envvar="SSL_CERT_FILE",
    metavar="FILE",
    help="Trust the authorities in FILE (PEM) in place of the system's.",
)
@click.option("--keep-going", is_flag=True, help="Take the sources that work although others fail.")
@older
@click.pass_obj
def update(
    options: Options,
    sources: tuple[str, ...],
    folder: Path | None,
    ca_file: Path | None,
    keep_going: bool,
    allow_older: bool,
) -> Exit:
    """Make newer intelligence from what each SOURCE says now, and put it in force.

    SOURCE is a web address, a file or a folder, recognised by what is in it, or FORMAT=PLACE. Without any, those of [intel.sources] in
    tocsin.toml are taken, else CISA's catalogue of known exploited vulnerabilities and endoflife.date, from where they are published.

    What a source gives replaces what it gave before, and all else stays. If one fails, nothing is changed, and the exit code is 3.
    """
    from scanner.intel.gather import gather, wishes
    from scanner.intel.swap import alone, put
    from scanner.intel.update import basis, bundled, renew

    wanted = wishes(sources, folder, dict(options.settings().intel_sources))
    with alone(options.intelligence_file()) as path:
        today = _today()
        before = _made(path)
        gathered = gather(wanted, ca_file)
        _say_unknown(gathered.unknown)
        renewed = renew(basis(before), gathered, today, allow_older=allow_older)
        _say(renewed)
        if (renewed.failures and not keep_going) or not renewed.changes:
            click.echo("tocsin: nothing was changed: what was in force still is", err=True)
            return Exit.INCOMPLETE
        packed = bundled(renewed, today)
        made = put(path, packed)
    write(_summary(made, path, renewed.changes))
    return Exit.INCOMPLETE if renewed.failures else Exit.CLEAN


@command.command(short_help="Show which intelligence is in force, and how old it is.")
@click.option(
    "--max-age",
    type=click.IntRange(min=0, max=36_500),
    metavar="DAYS",
    help="Exit with 3 if a source is older.  [default: max_age of [intel] in tocsin.toml, else none]",
)
@click.pass_obj
def status(options: Options, max_age: int | None) -> Exit:
    """Show which intelligence is in force, where each part of it comes from, and how old it is."""
    from scanner.intel.gate import OLD, ages
    from scanner.terminal import cell, table

    archive, path = _in_force(options)
    most = options.settings().intel_max_age if max_age is None else max_age
    limit = OLD if most is None else most
    found = ages(archive.manifest, _today())
    rows = table("table", "source", "as of", "days", "rows", "licence", "from")
    for column in rows.columns[:5]:
        column.no_wrap = True
    for age in found:
        rows.add_row(
            *(cell(text, style="yellow" if age.perishable and age.days > limit else "") for text in _row(age, limit))
        )
    old = [age for age in found if age.perishable and age.days > limit]
    told = f"{len(old)} of {len(found)} sources {'is' if len(old) == 1 else 'are'} older than {limit} days"
    write(f"intelligence {archive.hash}\nmade {archive.manifest.made}, in {one_line(str(path), 4096)}\n\n")
    show(
        rows,
        "",
        cell(f"{told} (marked !): `tocsin intel update`" if old else told),
    )
    return Exit.INCOMPLETE if old and most is not None else Exit.CLEAN


@command.command(short_help="Write the intelligence in force to FILE.")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def export(options: Options, file: Path) -> None:
    """Write the intelligence in force to FILE and its SHA-256 to FILE.sha256, for a machine that reaches no source."""
    from scanner.intel.swap import write_pair

    archive, path = _in_force(options)
    _verify(archive, path)
    write_pair(file, archive)
    write(f"{archive.hash}  {file}\n")


@command.command("import", short_help="Put the intelligence in FILE in force.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sha256", metavar="HASH", help="What the SHA-256 of FILE must be.  [default: what FILE.sha256 says]")
@older
@click.pass_obj
def import_(options: Options, file: Path, sha256: str | None, allow_older: bool) -> None:
    """Put the intelligence in FILE in force, if it is whole and newer than what is."""
    from scanner.intel.force import file_in_force, opened
    from scanner.intel.swap import alone, put
    from scanner.intel.update import going_back

    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ConfigError(f"--sha256 must be 64 hexadecimal digits, not {sha256!r}")
    given = opened(file)
    if sha256 is not None and sha256.lower() != given.hash:
        raise ConfigError(f"the SHA-256 of {file} is {given.hash}, not {sha256.lower()}")
    _verify(given, file)
    with alone(options.intelligence_file()) as path:
        present, _, _ = file_in_force(None, path)
        why = "" if allow_older else going_back(given.manifest, present.manifest, _today())
        if why:
            raise ConfigError(f"{file} was not put in force: {why} (--allow-older takes it all the same)")
        made = put(path, given.packed)
    if _in_force(options)[0].hash != made.hash:
        click.echo(
            f"warning: the shipped intelligence is newer and stays in force; --intel {path} names this one", err=True
        )
    write(f"intelligence {made.hash}, made {made.manifest.made}, is in {path}\n")


@command.command(short_help="Read every row of FILE, or of the intelligence in force.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def verify(options: Options, file: Path | None) -> None:
    """Read every row of FILE, or of the intelligence in force, and see that it is what its manifest and FILE.sha256 say."""
    from scanner.intel.force import opened

    archive, path = (opened(file), file) if file is not None else _in_force(options)
    _verify(archive, path)
    count = len(archive.manifest.origins)
    write(f"{path} is whole: {count} part{'' if count == 1 else 's'}, sha256 {archive.hash}\n")


def _today() -> date:
    return datetime.now(UTC).date()


def _in_force(options: Options) -> tuple[Archive, Path]:
    """The intelligence in force and where it is; what is wrong with a newer one that should be has been said."""
    from scanner.intel.force import file_in_force

    archive, path, warning = file_in_force(options.intelligence_named(), options.intelligence_file())
    if warning:
        click.echo(f"warning: {warning}", err=True)
    return archive, path


def _made(path: Path) -> Archive | None:
    """What an update made last, None where there is none that can be used."""
    from scanner.intel.force import opened

    try:
        return opened(path) if path.exists() else None
    except ConfigError as error:
        click.echo(f"warning: {error}; the shipped one is begun from instead", err=True)
        return None


def _verify(archive: Archive, path: Path) -> None:
    from scanner.intel.force import verified

    verified(archive, path)


def _say_unknown(paths: Sequence[str]) -> None:
    """The files of a folder that were not taken; of very many the first."""
    for path in paths[:_SHOWN]:
        click.echo(f"not taken: {one_line(path)} is of no format that is known here", err=True)
    if len(paths) > _SHOWN:
        click.echo(f"not taken: {len(paths) - _SHOWN:,} files more", err=True)


def _say(renewed: Renewed) -> None:
    """What was left out, and which sources failed, one a line."""
    for note in renewed.notes:
        click.echo(f"note: {one_line(note)}", err=True)
    for failure in renewed.failures:
        click.echo(f"tocsin: {one_line(failure.source)} failed: {one_line(failure.why, 1024)}", err=True)


def _summary(made: Archive, path: Path, changes: tuple[Change, ...]) -> str:
    """One line, which cron's mail shows."""
    told = "; ".join(_told(change) for change in changes)
    return f"intelligence {made.hash[:12]}, made {made.manifest.made}, in {path}: {told}\n"


def _told(change: Change) -> str:
    origin = change.origin
    was = "new" if change.before is None else f"{change.before:,} before"
    return f"{origin.name} ({origin.table}) {origin.rows:,} row{'' if origin.rows == 1 else 's'}, {was}, as of {origin.as_of}"


def _row(age: Age, limit: int) -> tuple[str, ...]:
    origin = age.origin
    days = f"{age.days}{' !' if age.perishable and age.days > limit else ''}"
    return (
        origin.table,
        origin.name,
        str(origin.as_of),
        days,
        f"{origin.rows:,}",
        origin.licence or "-",
        origin.where or "-",
    )
