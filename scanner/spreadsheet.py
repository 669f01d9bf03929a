"""Rows for spreadsheets and for programs (RFC 4180), with no cell that is a formula to anybody."""

import csv
import io
import re
from collections.abc import Iterable
from typing import TypeAlias

from inventory.text import one_line, visible

Cell: TypeAlias = str | int | float
_SIGNS = r"=+\-@\t\r＝＋－＠﹢﹣﹫⁼⁺⁻−"  # the full-width, small and raised forms, which spreadsheets fold into the plain ones
_FORMULA = re.compile(rf"""(^|;)((?:\s|["'“”‘’`])*)(?=[{_SIGNS}])""")  # as they stand in texts
_LONGEST = 8192


def row(cells: Iterable[Cell]) -> str:
    """One line. What stands in a cell is on one line too, so that a line is a record to every reader."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([guarded(visible(one_line(cell, _LONGEST))) if isinstance(cell, str) else cell for cell in cells])
    return file.getvalue()


def guarded(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for the beginning of a formula (OWASP, CSV Injection).

    That is at the front, behind quotes and blanks that a reader may take off, and behind a semicolon, which parts the cells in half of the world.
    """
    return _FORMULA.sub(r"\1\2'", text)
