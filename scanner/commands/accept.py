"""`tocsin accept`."""

from __future__ import annotations

import click

from scanner.options import Options
from scanner.output import show


@click.command(short_help="Live with a finding until a day, by somebody's word.")
@click.argument("finding")
@click.option("--owner", required=True, metavar="TEXT", help="Who answers for it: a person or an office.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the city lives with it.")
@click.option("--until", required=True, metavar="DATE", help="Its last day, as 2027-03-31; at most 365 days ahead.")
@click.pass_obj
def command(options: Options, finding: str, owner: str, reason: str, until: str) -> None:
    """Live with a finding until a day, by somebody's word: it counts in no score, and every report shows it as accepted.

    FINDING is an id or at least four digits of its beginning, as `tocsin show` and the reports print it. The word goes to the end of the waivers file, for
    people to review. It ends by itself, and where the finding becomes worse than it is now. A quarantine, what could not be examined and the coverage are no
    findings: they cannot be accepted.
    """
    from scanner.acceptance import accept, read_word
    from scanner.terminal import cell

    word = read_word(owner, reason, until, names=("--owner", "--reason", "--until"))
    told = accept(options, finding, word)
    show(*map(cell, told))
