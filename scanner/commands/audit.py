"""`tocsin audit`."""

from pathlib import Path

import click

from inventory.text import one_line
from scanner.exits import Exit
from scanner.options import Options
from scanner.output import write


@click.group()
def command() -> None:
    """Read the audit trail."""


@command.command(short_help="Check that no line of the audit trail was changed.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_context
def verify(context: click.Context, file: Path | None) -> None:
    """Check that no line of the audit trail (FILE, or this inventory's) was changed, put in or taken out. Exit code 1: one was."""
    from scanner.chain import verify

    options: Options = context.obj
    path = file or options.audit_path()
    verified = verify(path)
    if verified.first_broken is None:
        before = f"; {verified.deleted} older lines were deleted, as the first line says" if verified.deleted else ""
        write(f"{path}: {verified.lines} lines, and each follows the one before it{before}\n")
        return
    write(f"{path}: line {verified.first_broken} of {verified.lines} does not hold: {one_line(verified.reason)}\n")
    context.exit(Exit.FINDINGS)
