"""`tocsin report`."""

from datetime import datetime
from pathlib import Path

import click

from inventory.errors import ConfigError
from scanner.commands.scan import policy_file
from scanner.options import Options
from scanner.output import Outputs, show_report, to_files


@click.command()
@click.argument("scan", required=False)
@click.option(
    "--rescore",
    is_flag=True,
    help="Judge the devices anew by the intelligence and the policy of today, as they were seen then; nothing is sent, and the stored scan stays as it is.",
)
@policy_file
@to_files
@click.pass_obj
def command(options: Options, scan: str | None, rescore: bool, policy: Path | None, files: tuple[Path, ...]) -> None:
    """Print the report of a scan, or write it to files.

    SCAN is an id or its beginning; without one, the newest. What is accepted is what the waivers say today, however old the scan is.
    """
    if policy and not rescore:
        raise ConfigError("--policy changes how a stored scan is judged, which only --rescore does")
    from scanner.ranking import ranked

    outputs = Outputs(files)
    with options.open_store() as store:
        report = store.report(scan)
    if rescore:
        from scanner.rescoring import rescore as judged_anew

        today = datetime.now().astimezone().date()
        report = judged_anew(
            report, options.intelligence(), today, options.settings().department, options.policy(policy)
        )
    report = ranked(report, options.city())
    outputs.write(report)
    if not files:
        show_report(report)
