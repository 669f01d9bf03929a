"""`tocsin night`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from inventory.errors import ConfigError, OperatorError, ScopeError
from inventory.text import one_line
from scanner.commands.scan import SEVERITIES, fail_on_severity, max_intel_age, notified, notified_on
from scanner.exits import Exit
from scanner.options import Options
from scanner.output import write

if TYPE_CHECKING:
    from scanner.config import Site

_FOR_THE_NIGHT = ("names", "max_duration", "fail_on", "notify_on", "max_intel_age", "log_level", "log_format")


@click.command(short_help="Do the night of every site that is due: what cron calls.")
@click.option("--site", "names", multiple=True, metavar="NAME", help="Only this site; may be given several times.")
@click.option("--again", is_flag=True, help="Also scan the sites that are done for this night.")
@click.option(
    "--max-duration",
    metavar="3h|45m|90s",
    help="Stop after that time as at the end of a window.  [default: max_duration of [night]]",
)
@fail_on_severity
@max_intel_age
@click.option(
    "--heartbeat",
    metavar="URL",
    help="Ask for URL/start when it begins, and for URL when it went well or URL/CODE when it did not.  [default: heartbeat of [night]]",
)
@notified
@notified_on
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="From which level on standard error has a line.",
)
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    help="How these lines look.  [default: text on a terminal, else json]",
)
@click.option(
    "--install",
    "timer",
    type=click.Choice(["systemd", "cron"]),
    is_flag=False,
    flag_value="systemd",
    help="Write a service and a timer of systemd, or a crontab, that call this with the same options; nothing is scanned.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where --install writes; - prints.  [default: /etc/systemd/system, /etc/cron.d]",
)
@click.option("--dry-run", is_flag=True, help="With --install: print, and write nothing.")
@click.option("--force", is_flag=True, help="With --install: replace files that it did not write.")
@click.option("--pace", type=click.Choice(["gentle", "normal", "lab"]), hidden=True)
@click.option("--low-ports-at", "shift", type=click.IntRange(0, 60000), default=0, hidden=True)
@click.pass_obj
def command(
    options: Options,
    /,
    *,
    names: tuple[str, ...],
    timer: str | None,
    folder: Path | None,
    dry_run: bool,
    force: bool,
    **wishes: Any,
) -> int:
    """Do the night's work for every site of tocsin.toml whose window is open (one without a window always is), in the order of the file.

    Each is scanned within its window as `tocsin scan --site NAME` does it, compared with the scan before, and reported into the dated folder of [night], and
    who is named there is told the news. A scan that its window's end interrupts goes on the next night. A site that is done for this night, or without a
    window for this day, is not scanned again, so this may be called every hour. A night that was stopped, or killed, is finished by the next one.

    \b
    The exit code is the first of these that holds for any site:
      70  a bug of ours
       2  configuration, a full disk, reports that could not be written; or another night is at work
       4  refused by the scope: no approval, or one that has ended
       1  findings at or above --fail-on
       3  incomplete: the window or the time was over, SIGTERM, no route, a device that could not be examined
       0  clean, or nothing was due
    """
    settings = options.settings()
    sites = tuple(dict.fromkeys(settings.site(name) for name in names)) or settings.sites
    if not sites:
        raise ConfigError("there is no site to scan at night: write one into tocsin.toml (`tocsin init` begins it)")
    wishes["seconds"] = _seconds(wishes.pop("max_duration"))
    if timer is not None:
        from scanner.night.install import install

        for name, secret in (("heartbeat", wishes["heartbeat"]), ("notify", wishes["urls"])):
            if secret:
                raise ConfigError(f"everyone can read what --install writes: put {name} into [night] of tocsin.toml")
        place = Path("-") if dry_run else folder
        write(install(timer, options, sites, _words(click.get_current_context()), place, force=force))
        return Exit.CLEAN
    if folder or dry_run or force:
        raise ConfigError("--to, --dry-run and --force belong to --install")
    return _begin(options, sites, wishes)


def _begin(options: Options, sites: tuple[Site, ...], wishes: dict[str, Any]) -> Exit:
    """Spend the night; what the operator must mend is a line of the log too."""
    from scanner.boundary import Failure, contained_work
    from scanner.night.beginning import Wishes, begin
    from scanner.night.diary import Diary, everything_into

    terminal = sys.stderr.isatty()
    as_json = (wishes.pop("log_format") or ("text" if terminal else "json")) == "json"
    diary = Diary(sys.stderr, as_json=as_json, least=wishes.pop("log_level"))
    notify_on = wishes.pop("notify_on")
    wishes["notify"] = wishes.pop("urls")
    wishes["notify_on"] = SEVERITIES[notify_on] if notify_on else None
    asked = Wishes(fail_on=SEVERITIES[wishes.pop("fail_on")], live=terminal and not as_json, **wishes)
    with everything_into(diary):
        try:
            done = contained_work(lambda: begin(options, sites, asked, diary), "the night was begun or ended")
            return Exit.BUG if isinstance(done, Failure) else done
        except OperatorError as error:
            diary.error("refused", str(error))
            return Exit.REFUSED if isinstance(error, ScopeError) else Exit.USAGE


def _seconds(text: str | None) -> float | None:
    from scanner.nightly import seconds_in

    seconds = seconds_in(text) if text else None
    if text is not None and seconds is None:
        raise ConfigError(f"--max-duration must be a time such as 3h, 45m or 90s, not {one_line(text, 40)!r}")
    return seconds


def _words(context: click.Context) -> tuple[str, ...]:
    """What was said of the night on this command line, for the one that is installed."""
    words: list[str] = []
    for option in context.command.params:
        said = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        if not said or option.name not in _FOR_THE_NIGHT:
            continue
        value = context.params[option.name]
        values = value if isinstance(value, tuple) else (value,)
        words += [part for one in values for part in ((option.opts[0],) if one is True else (option.opts[0], str(one)))]
    return tuple(words)
