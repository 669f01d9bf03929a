"""The program `tocsin`: its options, its commands, and how it ends."""

from __future__ import annotations

import codecs
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import scanner.commands
from inventory.errors import OperatorError, ScopeError
from inventory.text import one_line
from scanner import stand_in
from scanner.exits import Exit
from scanner.options import Options
from scanner.output import let_go_of_stdout


class Folder(click.Group):
    """The commands of `scanner/commands/`, each read when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The files' names, in order."""
        return sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(scanner.commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The `command` of that file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module: Any = importlib.import_module(f"scanner.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        command.name = cmd_name
        if os.environ.get("_TOCSIN_COMPLETE"):
            from scanner.completion import for_command

            return for_command(cmd_name, command)
        return command


@click.group(cls=Folder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="TOCSIN_CONFIG",
    help="Configuration.  [default: ./tocsin.toml if there is one]",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="TOCSIN_STORE",
    help="Inventory.  [default: ~/.local/state/tocsin/inventory.db]",
)
@click.option(
    "--audit",
    type=click.Path(path_type=Path),
    envvar="TOCSIN_AUDIT",
    help="Audit trail.  [default: ~/.local/state/tocsin/audit.jsonl]",
)
@click.option(
    "--intel",
    type=click.Path(path_type=Path),
    envvar="TOCSIN_INTEL",
    help="Intelligence.  [default: what `tocsin intel update` made last, else what is shipped]",
)
@click.option(
    "--waivers",
    type=click.Path(path_type=Path),
    envvar="TOCSIN_WAIVERS",
    help="What the city has accepted.  [default: waivers.toml beside tocsin.toml]",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="tocsin", prog_name="tocsin")
@click.pass_context
def tocsin(
    context: click.Context,
    config: Path | None,
    store: Path | None,
    audit: Path | None,
    intel: Path | None,
    waivers: Path | None,
    debug: bool,
) -> None:
    """Find the IoT devices of a city's network, say what is wrong with them, and which to fix first.

    Only networks that you are allowed to scan, and nothing that could hurt a device.

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or configuration, 3 incomplete, 4 refused by the scope,
    70 a bug, 130 interrupted.
    """
    context.obj = Options(config, store, audit, debug, intel, waivers)


def run(arguments: Sequence[str]) -> int:
    """Run the program and return its exit code; what the operator can mend is said in one sentence on standard error."""
    try:
        code = tocsin.main(arguments, prog_name="tocsin", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("tocsin: interrupted", err=True)
        return Exit.INTERRUPTED
    except (
        SystemExit
    ) as ended:  # click's own way out when a shell has been answered, or the reader of its help has gone away
        if ended.code == 0:
            return Exit.CLEAN
        let_go_of_stdout()
        return Exit.CLEAN if ended.code == 1 else Exit.BUG
    except Exception as error:
        return _explain(error, debug="--debug" in arguments)
    return code if isinstance(code, int) else Exit.CLEAN


def _explain(error: Exception, *, debug: bool) -> Exit:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, OperatorError):
        click.echo(f"tocsin: {one_line(str(error), 4096)}", err=True)
        return Exit.REFUSED if isinstance(error, ScopeError) else Exit.USAGE
    if isinstance(error, PermissionError) and error.filename is not None:  # most often another user's folder
        place = one_line(os.fspath(error.filename), 4096)
        click.echo(
            f"tocsin: {place}: {error.strerror} for this user; run this as whoever may, or name another place", err=True
        )
        return Exit.USAGE
    click.echo(
        f"tocsin: a bug of ours ({type(error).__name__}: {one_line(str(error))}); `tocsin --debug …` shows where",
        err=True,
    )
    return Exit.BUG


def _fill_closed_streams() -> None:
    """Put nothing where a standard stream was closed (`2>&-`), or the inventory would get its number, and be written to by whoever complains."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open to the end


def main() -> None:
    """The entry point."""
    _fill_closed_streams()
    codecs.register_error(stand_in.NAME, stand_in.for_what_cannot_be_written)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=stand_in.NAME)  # a terminal without UTF-8 shows less; it does not stop us
    if os.environ.get("_TOCSIN_COMPLETE"):
        from scanner import completion  # noqa: F401 - it makes bash's own part known

        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - who is typing wants no warnings between the words
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        let_go_of_stdout()
    sys.exit(code)


if __name__ == "__main__":
    main()
