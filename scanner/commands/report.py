"""`tocsin report`."""

from pathlib import Path

import click

from scanner.options import Options
from scanner.output import Outputs, show_report, to_files


@click.command()
@click.argument("scan", required=False)
@to_files
@click.pass_obj
def command(options: Options, scan: str | None, files: tuple[Path, ...]) -> None:
    """Print the report of a scan, or write it to files.

    SCAN is an id or its beginning; without one, the newest.
    """
    outputs = Outputs(files)
    with options.open_store() as store:
        report = store.report(scan)
    outputs.write(report)
    if not files:
        show_report(report)
