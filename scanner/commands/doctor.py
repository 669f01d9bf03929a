"""`tocsin doctor`."""

import click

from scanner.options import Options
from scanner.output import show


@click.command()
@click.pass_obj
def command(options: Options) -> None:
    """Say what this machine lets Tocsin do. Touches no network."""
    from rich.text import Text

    from scanner.doctor import examine
    from scanner.terminal import cell, table

    rows = table("", "ability", "what was seen", "what to do")
    for ability in examine(options.store_path(), options.settings().recog):
        sign = Text("yes", "green") if ability.able else Text("no", "yellow")
        rows.add_row(sign, cell(ability.name), cell(ability.detail), cell("" if ability.able else ability.remedy))
    show(rows)
