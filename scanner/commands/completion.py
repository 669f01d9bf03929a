"""`tocsin completion`."""

import click

from scanner.output import write

SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print what completes words in your shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, devices, scans, sites, checks and filters.

    The second line of it, or its first, says where to put it.
    """
    from scanner.completion import script

    write(script(shell, context.find_root().command))
