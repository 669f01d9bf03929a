"""`tocsin-lab enter`."""

import click

from lab.commands.control import of_a_city
from lab.commands.explained import explained


@click.command("enter", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@of_a_city
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def enter(city: str, command: tuple[str, ...]) -> None:
    """Run COMMAND, or a shell, where the scanner of a city that is up stands.

    Its scans go to an inventory and an audit trail of the lab's own, unless TOCSIN_STORE and TOCSIN_AUDIT name others.
    """
    from lab import entering
    from lab.control import the_city

    with explained():
        note = the_city(city)
        if not command:
            click.echo(entering.told(note, entering.environment(note)), err=True)
        entering.enter(note, command)
