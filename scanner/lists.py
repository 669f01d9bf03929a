"""What the commands that print a list have in common: the filter and the options, and the list as a table, as JSON and as CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scanner.output import pager_option, show_text, write

if TYPE_CHECKING:
    from scanner.columns import Shown
    from scanner.rows import ListedFinding

T = TypeVar("T")
FORMATS = ("table", "json", "csv")
_NEGATED = re.compile(r"^-(?=[A-Za-z][A-Za-z_-]*(?:!=|>=|<=|[:=<>]))")
_EXAMPLES = (
    ("kind:camera,recorder", "cameras and recorders"),
    ("severity>=high due<=14d", "high and critical, due within 14 days"),
    ('department:"Public Works"', "the department has this in its name; = wants all of it"),
    ("-site:harbour seen<7d", "not there, and seen in the last seven days"),
    ("address:10.20.0.0/24 port:23", "in this network, answering at port 23"),
    ('check:default owner:""', "default accounts on devices that nobody owns"),
    ("axis", "axis in anything that is shown"),
)


class Filtered(click.Command):
    """A command that takes a filter: a word such as `-kind:camera` is none of its options, and its help ends with the language and the columns."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        return super().parse_args(ctx, [_NEGATED.sub("!", word) for word in args])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The language of filters, by examples, and its keys."""
        from datetime import date

        from scanner.filters import keys

        with formatter.section("Filters"):
            formatter.write_dl(_EXAMPLES)
        with formatter.section("Keys"):
            formatter.write_dl([(key.name, key.about) for key in keys(date.min).values()])
        with formatter.section("Columns"):
            formatter.write_text(", ".join(self._columns()))

    def _columns(self) -> Iterable[str]:
        from scanner import columns

        return columns.FINDING if self.name == "findings" else columns.DEVICE


as_format = click.option(
    "--format",
    "as_format",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to print it; json has the objects of a report in JSON.",
)
"""The option of what prints lists and sheets."""


def list_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The filter and the options of a list."""
    for decorate in (
        pager_option,
        click.option("--columns", metavar="NAMES", help="Only these columns, with commas between."),
        click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N."),
        click.option("--sort", metavar="COLUMN", help="By this column; -COLUMN for the other way round."),
        as_format,
        click.argument("words", metavar="[FILTER]...", nargs=-1),
    ):
        command = decorate(command)
    return command


def show_rows(rows: Sequence[T], columns: Mapping[str, Shown[T]], count: str, *, asked: bool) -> None:
    """The list as a table, and a line that counts it; where nobody `asked` for its columns, without one in which nothing stands."""
    import sys

    from scanner.columns import table
    from scanner.listing import lines
    from scanner.terminal import wants_color, width_of

    def pieces() -> Iterator[str]:
        if rows:
            yield from lines(
                *table(rows, columns, asked=asked), width=width_of(sys.stdout), color=wants_color(sys.stdout)
            )
        yield f"{count}\n"

    show_text(pieces())


def write_csv(rows: Iterable[T], columns: Mapping[str, Shown[T]]) -> None:
    """The list as CSV, a line for each row."""
    from scanner.spreadsheet import row as line

    write(line(columns))
    for row in rows:
        write(line(shown.cell(row) for shown in columns.values()))


def write_json(name: str, objects: Iterable[Mapping[str, Any]]) -> None:
    """The list as JSON under its name, an object at a time."""
    from scanner.report.json import shown

    write(f'{{"{name}": [')
    before = "\n"
    for each in objects:
        write(f"{before}{json.dumps(shown(each), ensure_ascii=False, allow_nan=False)}")
        before = ",\n"
    write("\n]}\n")


def findings_as_json(findings: Iterable[ListedFinding], whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each finding as a report has it, with the id and the addresses of its device; `whole` has the ranked records by the device's id."""
    from scanner.report.json import finding_as_json

    for one in findings:
        assessment = whole[one.of.device.identity]
        found = next(each for each in assessment.findings if each.id == one.finding.id)
        yield {
            "device": assessment.device.identity,
            "addresses": assessment.device.addresses,
            "due": one.due,
            **finding_as_json(found),
        }
