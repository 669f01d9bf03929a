"""`tocsin doctor`."""

from datetime import datetime

import click

from scanner.options import Options
from scanner.output import show


@click.command()
@click.pass_obj
def command(options: Options) -> None:
    """Say what this machine lets Tocsin do, and by what it judges. Touches no network."""
    from rich.text import Text

    from scanner.doctor import examine, in_force
    from scanner.terminal import cell, table

    rows = table("", "ability", "what was seen", "what to do")
    today = datetime.now().astimezone().date()
    for ability in (*examine(options.store_path(), options.settings().recog), *in_force(options, today)):
        sign = Text("yes", "green") if ability.able else Text("no", "yellow")
        rows.add_row(sign, cell(ability.name), cell(ability.detail), cell("" if ability.able else ability.remedy))
    show(rows)
